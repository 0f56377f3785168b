"""What calls read besides one asset or one page."""
