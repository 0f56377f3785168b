"""`framewell erase`: have a person, an asset or a holder forgotten, and prove that nothing is left."""
