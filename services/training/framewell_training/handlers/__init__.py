"""What training does: one file a handler, fact or job in, facts out, ports as its fields."""
