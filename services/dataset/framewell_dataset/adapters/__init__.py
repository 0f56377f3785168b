"""What stands behind the ports: documents, objects, pictures and tables."""
