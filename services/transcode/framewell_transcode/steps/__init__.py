"""What several handlers and commands share."""
