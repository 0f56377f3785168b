"""How long a page of the list of assets takes."""
