"""What ingest does, one file a verb."""
