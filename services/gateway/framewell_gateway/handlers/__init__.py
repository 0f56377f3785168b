"""What the gateway does with facts: one file a handler, named by its verb."""
