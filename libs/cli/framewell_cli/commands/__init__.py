"""What people do with a running mesh: take media in, look at it, review, train. All over the gateway."""
