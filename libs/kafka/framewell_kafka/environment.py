"""What differs between environments: replicas, partitions and retention of topics.

What a topic is for is declared once for all environments; a laptop has one broker, and a house that takes in
forty channels wants more partitions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from framewell_contracts.topics import DEAD_LETTER_ACTIONS, Topic

FOREVER = "forever"
_ONE_PARTITION = (".dead-letter", DEAD_LETTER_ACTIONS)


class BadEnvironment(ValueError):
    """The description of an environment makes no sense; the message says where."""


@dataclass(frozen=True, slots=True)
class Override:
    """Other settings for the topics whose name matches; `*` in `name` stands for anything."""

    name: str
    partitions: int | None = None
    retention_days: int | None = None
    forever: bool = False

    def applied(self, topic: Topic) -> Topic:
        """Return the topic with these settings instead of its own."""
        if self.partitions is not None:
            topic = replace(topic, partitions=self.partitions)
        if self.forever or self.retention_days is not None:
            topic = replace(topic, retention_days=None if self.forever else self.retention_days)
        return topic


@dataclass(frozen=True, slots=True)
class Environment:
    """Replicas of every topic, and overrides in order: the last one that matches a topic counts."""

    replication: int = 1
    min_in_sync: int = 1
    overrides: tuple[Override, ...] = field(default=())

    @classmethod
    def of(cls, replication: int) -> "Environment":
        """Return an environment with so many replicas, of which one may be away without stopping anybody."""
        return cls(replication, max(replication - 1, 1))

    @classmethod
    def read(cls, document: Any) -> "Environment":
        """Return the environment that a mapping describes, as it is read from a file of settings.

        `{replication: 3, min_in_sync: 2, topics: {<name>: {partitions: 48, retention_days: 30}}}`, where
        `retention_days` may be `forever`. Raise BadEnvironment for anything else.
        """
        known = _mapping(document, "the file", ("replication", "min_in_sync", "topics"))
        replication = _count(known.get("replication", 1), "replication")
        in_sync = _count(known.get("min_in_sync", max(replication - 1, 1)), "min_in_sync")
        if in_sync > replication:
            raise BadEnvironment(f"min_in_sync {in_sync} is more than the {replication} copies there are")
        topics = known.get("topics") or {}
        if not isinstance(topics, Mapping):
            raise BadEnvironment("topics must name topics, each with what it has instead")
        return cls(replication, in_sync, tuple(_override(str(name), of) for name, of in topics.items()))

    def topics(self, declared: Sequence[Topic]) -> tuple[Topic, ...]:
        """Return the topics as this environment has them. Raise BadEnvironment if an override fits none."""
        for override in self.overrides:
            matching = [topic.name for topic in declared if fnmatchcase(topic.name, override.name)]
            if not matching:
                raise BadEnvironment(f"no topic has the name {override.name}")
            single = [name for name in matching if name.endswith(_ONE_PARTITION)]
            if single and override.partitions not in (None, 1):
                raise BadEnvironment(f"{single[0]} has one partition, so that its order is that of time")
        return tuple(self._topic(topic) for topic in declared)

    def _topic(self, topic: Topic) -> Topic:
        for override in self.overrides:
            if fnmatchcase(topic.name, override.name):
                topic = override.applied(topic)
        return replace(topic, replication=self.replication, min_in_sync=self.min_in_sync)


def _override(name: str, settings: Any) -> Override:
    known = _mapping(settings, name, ("partitions", "retention_days"))
    partitions, days = known.get("partitions"), known.get("retention_days")
    return Override(
        name,
        None if partitions is None else _count(partitions, f"partitions of {name}"),
        None if days in (None, FOREVER) else _count(days, f"retention_days of {name}"),
        forever=days == FOREVER,
    )


def _mapping(value: Any, where: str, words: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadEnvironment(f"{where} must be a mapping of {', '.join(words)}")
    unknown = [str(word) for word in value if word not in words]
    if unknown:
        raise BadEnvironment(f"{where} says {', '.join(unknown)}, which nobody knows: {', '.join(words)}")
    return value


def _count(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadEnvironment(f"{what} must be a number from 1 on, not {value!r}")
    return value
