"""Text on screen: lines are found, read until two readings agree, and sorted by region."""
