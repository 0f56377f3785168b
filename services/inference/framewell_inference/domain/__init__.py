"""Plain types and rules of the inference service; no I/O."""
