"""What stands in a file about its rights, place by place. Runs inside the sandbox."""
