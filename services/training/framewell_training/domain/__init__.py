"""What training knows, as plain frozen types and rules; no input or output."""
