"""Files that somebody broke on purpose, and how they must end. `make fuzz-media` runs all of them."""
