"""Changes that a leased job makes: an asset in, facts out, through ports."""
