"""Questions of gRPC calls; nothing is changed."""
