"""How snapshots become models: recipes, on numpy and ports; no driver and no torch."""
