"""One module a contestant: `run(task)` does the whole work once and returns its timing."""
