"""What stands behind the ports: ONNX Runtime, the object store, documents."""
