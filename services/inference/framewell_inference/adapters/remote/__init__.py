"""Models that somebody else runs, behind the Model port: reached only at hosts that the operator allowed."""
