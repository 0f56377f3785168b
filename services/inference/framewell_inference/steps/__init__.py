"""Steps that handlers, commands and queries share."""
