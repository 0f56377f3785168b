"""Starts the embedded broker (Apache Kafka) and document database on loopback."""
