"""One address of the mesh for people: REST, events as they happen, the composed view of an asset."""
