"""From streams and calls to handlers; no decision lives here."""
