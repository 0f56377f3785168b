"""Reading: from a subscription to the commit of what was handled."""
