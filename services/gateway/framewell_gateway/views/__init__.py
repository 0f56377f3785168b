"""The shapes people and scripts read: pydantic models of the REST API, and how facts become them."""
