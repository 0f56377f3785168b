"""Text on screen: lines found, read until two readings agree, lower thirds told from tickers."""
