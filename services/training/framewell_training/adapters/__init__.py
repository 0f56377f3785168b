"""Drivers behind the ports: torch, ONNX Runtime, Parquet, documents, objects."""
