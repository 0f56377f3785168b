"""What the gateway knows by itself: recorded events, and what follows from them."""
