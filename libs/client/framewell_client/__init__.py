"""SDK for systems outside the mesh: publish requests, call services, read results."""
