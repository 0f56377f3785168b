"""Assets as ingest knows them, and the verdicts it gives; plain types and rules, no I/O."""
