"""The access table: who may do what on the broker, and no more. ACLs are written from it.

Derived from the fact types (who emits which) and the groups (who reads which), so it cannot fall behind them.
`read` and `write` include Kafka's `describe`, `alter_configs` includes `describe_configs`.
An idempotent producer needs nothing beside `write` (KIP-679).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell_contracts.fact_types import FACTS, OUTSIDE, fact_type, facts_read, topics
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_contracts.services import SERVICES
from framewell_contracts.topics import DEAD_LETTER_ACTIONS, RESULTS, dead_letter_topic, retry_topic

Operation = Literal["read", "write", "describe", "create", "alter", "alter_configs"]

OPERATOR: Final = "operator"
"""Whoever runs `framewell topics`, `events`, `dlq` and `scale-in`."""

RESULTS_READER: Final = "results"
"""Systems outside that read the topic of results; whoever also sends events needs the rights of both rows."""

EVERYBODY: Final = (*SERVICES, OUTSIDE, RESULTS_READER, OPERATOR)
"""Everybody who needs access: services, systems outside that send events or read results, operators."""

RESULTS_GROUPS: Final = "results."
"""The default beginning of the consumer groups in which systems outside read results."""

PRINCIPAL: Final = "User:framewell-{who}"
"""The default name of each of them on the broker."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One operation that somebody must be allowed; `why` names the handlers or commands that need it.

    A `prefixed` one holds for every name that begins with this one.
    """

    who: str
    resource: Literal["topic", "group"]
    name: str
    operation: Operation
    why: str = ""
    pattern: Literal["literal", "prefixed"] = "literal"


def grants(prefix: str = "", results_groups: str = RESULTS_GROUPS) -> tuple[Grant, ...]:
    """Return everything that anybody needs, sorted; `prefix` is put before every topic and group of the mesh.

    `results_groups` is how the consumer groups of those begin who read results.
    """
    wanted = (
        *_services(prefix),
        *_diagnosis(prefix),
        *_audit(prefix),
        *_outside(prefix),
        *_results(prefix, results_groups),
        *_operators(prefix),
    )
    reasons: dict[tuple[str, str, str, str, str], list[str]] = {}
    for one in wanted:
        known = reasons.setdefault((one.who, one.resource, one.name, one.operation, one.pattern), [])
        if one.why not in known:
            known.append(one.why)
    return tuple(Grant(*what[:4], ", ".join(why), what[4]) for what, why in sorted(reasons.items()))  # type: ignore[arg-type]


def kafka_acls(wanted: Iterable[Grant], principal: str = PRINCIPAL) -> Iterator[str]:
    """Yield the arguments of `kafka-acls.sh` that allow this: one line for all grants of one kind.

    `principal` is the name on the broker, with `{who}` in it.
    """
    operations: dict[tuple[str, str, str, str], list[str]] = {}
    for one in sorted(wanted):
        kind = (one.who, one.resource, one.pattern, one.name)
        operations.setdefault(kind, []).append(_ACL_NAMES[one.operation])
    kinds = sorted((*kind[:3], names, kind[3]) for kind, names in operations.items())
    for (who, resource, pattern, names), same in groupby(kinds, key=lambda kind: kind[:4]):
        arguments = [f"--operation {name}" for name in names]
        arguments += [] if pattern == "literal" else [f"--resource-pattern-type {pattern}"]
        arguments += [f"--{resource} '{kind[4]}'" for kind in same]
        yield f"--add --force --allow-principal '{principal.format(who=who)}' {' '.join(arguments)}"


_ACL_NAMES: Final[dict[Operation, str]] = {
    "read": "Read",
    "write": "Write",
    "describe": "Describe",
    "create": "Create",
    "alter": "Alter",
    "alter_configs": "AlterConfigs",
}


def _services(prefix: str) -> Iterator[Grant]:
    for fact in FACTS.values():
        for service in fact.emitted_by:
            if service != OUTSIDE:
                yield from _on_topics(service, prefix, fact.topic_names, "write", "emits it")
    for group in GROUPS:
        service = group.partition(".")[0]
        yield Grant(service, "group", prefix + group, "read", group)
        yield from _on_topics(service, prefix, _read_by(group), "read", group)
        yield from _on_topics(service, prefix, [retry_topic(group)], "read", group)
        yield from _on_topics(service, prefix, [retry_topic(group)], "write", group)
        yield from _on_topics(service, prefix, [dead_letter_topic(group)], "write", group)
    for reader in BROADCASTS:
        yield from _on_topics(reader.partition(".")[0], prefix, _read_by(reader), "read", reader)
    yield from _on_topics("gateway", prefix, [RESULTS], "write", "gateway.publish_results")


def _diagnosis(prefix: str) -> Iterator[Grant]:
    """Return what `framewell why` needs: read what waits anywhere, and how far each group has read."""
    parked = [name for group in GROUPS for name in (retry_topic(group), dead_letter_topic(group))]
    yield from _on_topics("gateway", prefix, [*parked, DEAD_LETTER_ACTIONS], "read", "framewell why")
    yield from (Grant("gateway", "group", prefix + group, "describe", "framewell why") for group in GROUPS)


def _audit(prefix: str) -> Iterator[Grant]:
    """Return what the check of the audit log needs beside the facts it reads anyway: the seals."""
    seals = fact_type(AuditSealed).topic_names
    yield from _on_topics("dataset", prefix, seals, "read", "framewell audit verify")


def _outside(prefix: str) -> Iterator[Grant]:
    for fact in FACTS.values():
        if fact.from_outside:
            yield from _on_topics(OUTSIDE, prefix, fact.topic_names, "write", "emits it")


def _results(prefix: str, groups: str) -> Iterator[Grant]:
    yield from _on_topics(RESULTS_READER, prefix, [RESULTS], "read", "results")
    yield Grant(RESULTS_READER, "group", groups, "read", "results", "prefixed")


def _operators(prefix: str) -> Iterator[Grant]:
    every = [topic.name for topic in topics()]
    yield from _on_topics(OPERATOR, prefix, every, "read", "framewell events, dlq, topics diff")
    for operation in ("create", "alter", "alter_configs"):
        yield from _on_topics(OPERATOR, prefix, every, operation, "framewell topics apply")
    replayed = [name for fact in FACTS.values() for name in fact.topic_names]
    yield from _on_topics(OPERATOR, prefix, [*replayed, DEAD_LETTER_ACTIONS], "write", "framewell dlq")
    yield from (Grant(OPERATOR, "group", prefix + group, "read", "framewell scale-in") for group in GROUPS)


def _read_by(reader: str) -> list[str]:
    return [name for fact in facts_read(reader) for name in fact.topic_names]


def _on_topics(
    who: str, prefix: str, names: Sequence[str], operation: Operation, why: str
) -> Iterator[Grant]:
    return (Grant(who, "topic", prefix + name, operation, why) for name in names)
