"""The gRPC services of dataset, one file a context. What commands raise becomes a status on the way out."""
