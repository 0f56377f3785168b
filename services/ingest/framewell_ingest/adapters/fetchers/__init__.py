"""Bringing media within reach, one module a kind of place."""
