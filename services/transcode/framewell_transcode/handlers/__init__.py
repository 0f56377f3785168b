"""One file a handler, named by its verb: a fact in, facts out, through ports."""
