"""The operations of the documents: what a service sends, and what it receives in which group."""

from collections.abc import Iterator
from typing import Any, Final

from framewell_contracts.asyncapi.messages import KAFKA_BINDING, RESULT, UNREADABLE, WITH_RETRY_HEADERS, modes
from framewell_contracts.fact_types import FACTS, FactType, facts_read
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.topics import RESULTS, dead_letter_topic, retry_topic

Operation = tuple[str, dict[str, Any]]

PUBLISHES_RESULTS: Final = "gateway.publish_results"
"""The group that writes results: what it reads, it writes once more."""


def operations_of(service: str, prefix: str) -> Iterator[Operation]:
    """Yield what the service receives, group by group, then what it sends."""
    for group in GROUPS:
        if group.partition(".")[0] == service:
            yield from _of_group(group, prefix)
    for reader in BROADCASTS:
        if reader.partition(".")[0] == service:
            for fact in facts_read(reader):
                yield from _receives(reader, fact, {}, "Every replica reads it, from the beginning.")
    for fact in FACTS.values():
        if service in fact.emitted_by:
            yield from _sends(service, fact)


def _of_group(group: str, prefix: str) -> Iterator[Operation]:
    bindings = _group_binding(prefix + group)
    for fact in facts_read(group):
        yield from _receives(group, fact, bindings, f"Read by the group {group}.")
    waiting = tuple(fact.type + WITH_RETRY_HEADERS for fact in facts_read(group))
    if group == PUBLISHES_RESULTS:
        results = tuple(fact.type + RESULT for fact in facts_read(group))
        yield f"{group}.sends", _operation("send", group, RESULTS, results, "The gateway sends results.")
    retry, dead = retry_topic(group), dead_letter_topic(group)
    yield (
        f"{group}.postpones",
        _operation("send", group, retry, waiting, f"{group} postpones what it will try again."),
    )
    yield (
        f"{group}.retries",
        {
            **_operation("receive", group, retry, waiting, f"{group} tries again what it postponed."),
            **bindings,
        },
    )
    yield (
        f"{group}.gives_up",
        _operation("send", group, dead, (*waiting, UNREADABLE), f"{group} gives up what can never succeed."),
    )


def _receives(reader: str, fact: FactType, bindings: dict[str, Any], description: str) -> Iterator[Operation]:
    for topic in fact.topic_names:
        operation = _operation("receive", reader, topic, modes(fact), f"{reader} receives: {fact.summary}.")
        yield f"{reader}.receives.{_short(topic)}", {**operation, "description": description, **bindings}


def _sends(service: str, fact: FactType) -> Iterator[Operation]:
    for topic in fact.topic_names:
        operation = _operation("send", service, topic, (fact.type,), f"{service} sends: {fact.summary}.")
        yield f"{service}.sends.{_short(topic)}", operation


def _operation(action: str, who: str, topic: str, messages: tuple[str, ...], summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": summary,
        "tags": [{"name": who.partition(".")[0]}],
        "messages": [{"$ref": f"#/channels/{topic}/messages/{name}"} for name in messages],
    }


def _group_binding(group: str) -> dict[str, Any]:
    return {
        "bindings": {
            "kafka": {"groupId": {"type": "string", "enum": [group]}, "bindingVersion": KAFKA_BINDING}
        }
    }


def _short(topic: str) -> str:
    """Return a topic such as `framewell.chunk.planned.v1.live` without its first word."""
    return topic.removeprefix("framewell.")
