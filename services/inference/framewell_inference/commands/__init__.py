"""Changes that a call or a job makes: one file a command, named by its verb, ports as fields."""
