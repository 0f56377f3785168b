"""REST: routes translate and delegate."""
