"""Changes that a call or a job makes."""
