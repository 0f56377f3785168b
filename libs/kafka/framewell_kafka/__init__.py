"""Kafka as the mesh uses it: access to the broker, topics, retry headers, dead letters, group members."""
