"""Takes media in: fetches, checks, reads rights statements, stores the original."""
