"""Which fact leads to what: one file a consumer group."""
