"""The channels of the documents: one a topic."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from framewell_contracts.asyncapi.messages import (
    KAFKA_BINDING,
    RESULT,
    UNREADABLE,
    WITH_RETRY_HEADERS,
    described,
    modes,
)
from framewell_contracts.fact_types import FACTS, OUTSIDE, FactType, facts_read, topics
from framewell_contracts.topics import RESULTS, Topic, dead_letter_topic, retry_topic

Channel = tuple[str, dict[str, Any]]


def channels_of_fact(fact: FactType, prefix: str) -> Iterator[Channel]:
    """Yield the topics of a fact, live before archive, by their names without the prefix."""
    tags = [{"name": fact.type.split(".")[1]}]
    if fact.from_outside:
        tags.append({"name": OUTSIDE, "description": "Systems outside may write it, in JSON too."})
    for topic in fact.topics():
        yield (
            topic.name,
            {
                **_topic(topic, prefix),
                "title": fact.summary,
                "summary": described(fact),
                "description": _flow(fact, topic),
                "messages": _messages(modes(fact)),
                "tags": tags,
            },
        )


def channel_of_results(prefix: str) -> Channel:
    """Return the topic of results."""
    return (
        RESULTS,
        {
            **_topic(_declared()[RESULTS], prefix),
            "title": "results",
            "summary": "What answers systems outside: the same events once more, as JSON.",
            "description": "Written by gateway.publish_results, at least once, with the ids of the events. "
            "`framewell topics access results` says which rights a reader needs.",
            "messages": _messages(tuple(fact.type + RESULT for fact in FACTS.values() if fact.result)),
            "tags": [{"name": OUTSIDE, "description": "Systems outside may read it."}],
        },
    )


def channels_of_group(group: str, prefix: str) -> Iterator[Channel]:
    """Yield a group's retry topic and its dead-letter topic."""
    waiting = tuple(fact.type + WITH_RETRY_HEADERS for fact in facts_read(group))
    retry, dead = _declared()[retry_topic(group)], _declared()[dead_letter_topic(group)]
    yield (
        retry.name,
        {
            **_topic(retry, prefix),
            "title": f"{group}, retry",
            "summary": f"What {group} tries again later.",
            "description": "Read by the group itself: a record waits until `framewell-not-before-ms`.",
            "messages": _messages(waiting),
            "tags": [{"name": "retry"}],
        },
    )
    yield (
        dead.name,
        {
            **_topic(dead, prefix),
            "title": f"{group}, dead letters",
            "summary": f"What {group} gave up.",
            "description": "Look at them, and send them again, with `framewell dlq`.",
            "messages": _messages((*waiting, UNREADABLE)),
            "tags": [{"name": "dead letters"}],
        },
    )


@cache
def _declared() -> Mapping[str, Topic]:
    return {topic.name: topic for topic in topics()}


def _topic(topic: Topic, prefix: str) -> dict[str, Any]:
    settings = topic.settings()
    return {
        "address": prefix + topic.name,
        "bindings": {
            "kafka": {
                "topic": prefix + topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": settings["cleanup.policy"].split(","),
                    "retention.ms": int(settings["retention.ms"]),
                    "max.message.bytes": int(settings["max.message.bytes"]),
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _messages(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _flow(fact: FactType, topic: Topic) -> str:
    kept = "for ever" if topic.retention_days is None else f"{topic.retention_days} days"
    if topic.compacted:
        kept = "the newest of every key, for ever"
    return (
        f"Sent by {', '.join(fact.emitted_by)}; read by {', '.join(fact.read_by)}. "
        f"Key: `{fact.key_path}`. Kept: {kept}."
    )
