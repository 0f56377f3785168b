"""Jobs of ingest that run inside the sandbox."""
