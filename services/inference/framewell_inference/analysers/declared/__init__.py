"""Analysers of models that somebody plugged in: everything they need stands in the manifest, by name."""
