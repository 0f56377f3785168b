"""Ingest's ports on real things: documents, objects, files, networks and the sandbox."""
