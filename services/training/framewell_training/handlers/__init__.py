"""Handlers: one fact in, facts out, ports as fields; one file each."""
