"""HTTP/2 at the gateway's port: connections, their streams, and how a request reaches the application."""
