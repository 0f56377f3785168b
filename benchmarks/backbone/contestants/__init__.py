"""One module a contestant: `run(task)` does the task in this process and returns its timing."""
