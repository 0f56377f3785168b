"""Writing: from what a handler returned to the acknowledgement of its records."""
