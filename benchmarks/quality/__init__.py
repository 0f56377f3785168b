"""How right the analysers are, on material whose truth is written down here; `make quality` prints it."""
