"""How long it takes to name a million stored faces anew."""
