"""Changes that the gateway itself has a part in: one file a change."""
