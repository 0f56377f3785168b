"""`framewell demo`: a broadcaster's day, played with the real parts and checked step by step."""
