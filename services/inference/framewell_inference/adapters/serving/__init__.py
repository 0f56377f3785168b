"""Running models so that none of them, and none of their callers, can hold up another."""
