"""Read-only calls that take more than one look into a repository."""
