"""How facts and calls reach the handlers; no decision lives here."""
