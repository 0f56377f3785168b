"""One module a fault; a row takes its environment and returns what it found."""
