"""One module a fault; a row takes its ground and returns what it found."""
