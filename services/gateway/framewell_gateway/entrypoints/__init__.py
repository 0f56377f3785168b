"""The ways in: the event stream and HTTP."""
