"""Questions that are answered from several places: one file a question."""
