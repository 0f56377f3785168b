"""REST, operation by operation: requests and answers as typed documents."""
