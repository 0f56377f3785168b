"""What becomes of a record that was not handled: tried again, paused, quarantined, given up."""
