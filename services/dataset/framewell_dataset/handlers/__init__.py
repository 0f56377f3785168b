"""What the service does with each fact and each call, one file a verb. No driver is known here."""
