"""Pytest plugin: the embedded broker and database, started once per test session."""
