"""Every gRPC service of the mesh at the gateway's port: calls are admitted here and passed on."""
