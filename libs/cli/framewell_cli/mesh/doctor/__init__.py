"""`framewell doctor`: can this machine run the mesh, and what to do where it cannot."""
