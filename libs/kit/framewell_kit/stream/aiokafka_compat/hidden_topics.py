"""Which topics of its subscription a broker hides from a consumer.

Upstream: aiokafka logs such a topic and leaves it out of its group's assignment; it raises nothing, and only
`ClusterMetadata.unauthorized_topics` shows it. It looks again after `metadata_max_age_ms`. No issue of
aiokafka asks for more; librdkafka raises an error (its issue 3072).
"""

from typing import Any


def hidden(consumer: Any) -> set[str]:
    """Return the topics that are hidden now, and ask for them again: else their return is not noticed."""
    client = consumer._client  # noqa: SLF001 - there is no other way to ask
    topics: set[str] = client.cluster.unauthorized_topics & consumer.subscription()
    if topics:
        client.force_metadata_update()
    return topics
