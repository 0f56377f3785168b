"""Jobs that run inside the sandbox and belong to no single service: probing and planning."""
