"""Takes media in: fetches, checks, reads rights statements and metadata, stores the original."""
