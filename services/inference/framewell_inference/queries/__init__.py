"""Calls that read: one file a query, named by its verb, ports as fields."""
