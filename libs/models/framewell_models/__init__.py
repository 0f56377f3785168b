"""Model folders: what they declare, where their weights come from, how they are made and checked.

A model is a folder: `model.yaml` (the manifest) beside one or more weight files. Inference reads
folders, training writes them, the `framewell models` command fetches the ones the mesh ships with.
Nothing in this package runs a model, and nothing here is needed to serve one except the manifest.
"""
