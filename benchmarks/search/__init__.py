"""How fast and how well a million stored faces are searched."""
