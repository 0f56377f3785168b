"""Who is measured. Each is a program: it serves the nets of a folder and prints `ready` when it does."""
