"""Steps that several handlers and commands share."""
