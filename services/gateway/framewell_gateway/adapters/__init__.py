"""The document store and the services of the mesh, behind the gateway's ports."""
