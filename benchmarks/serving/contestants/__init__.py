"""Who is measured: each is a program that serves the nets of a folder on a port."""
