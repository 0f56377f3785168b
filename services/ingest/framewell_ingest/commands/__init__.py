"""What calls and jobs change: a request submitted, an original fetched, an asset cancelled or done again."""
