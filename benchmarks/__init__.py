"""Measurements of the mesh against its limits and its peers; `make bench` prints them all."""
