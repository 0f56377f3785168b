"""What the service does with each fact, one file a verb."""
