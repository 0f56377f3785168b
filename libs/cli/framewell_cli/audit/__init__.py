"""`framewell audit`: the log of decisions, for whoever wants to hold the house to it."""
