"""What several services need to know about media: time, plans, probing, the sandbox."""
