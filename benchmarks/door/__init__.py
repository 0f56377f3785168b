"""What it costs to go through the gateway's one address: gRPC against the service itself, REST as before."""
