"""Where facts, jobs and calls come in: translate and delegate."""
