"""Runs models on every chunk and serves them to clients."""
