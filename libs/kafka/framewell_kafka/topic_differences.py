"""Differences between the broker's topics and the declared ones, and what applying them costs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from framewell_contracts.topics import Topic

Remedy = Literal["apply", "confirm", "by_hand"]


@dataclass(frozen=True, slots=True)
class ExistingTopic:
    """A topic as the broker has it: partitions, replicas, and its settings by name."""

    partitions: int
    replication: int
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a topic of the broker differs from the declared one.

    `what` is `missing`, `partitions`, `replication` or the name of a broker setting. `remedy` is `apply`
    where nothing is lost, `confirm` where a person must agree (`cost` says what is lost), `by_hand` where no
    command can do it (`cost` says what to do).
    """

    topic: str
    what: str
    have: str
    want: str
    remedy: Remedy = "apply"
    cost: str = ""

    def __str__(self) -> str:
        if self.what == "missing":
            return f"{self.topic}: missing ({self.want})"
        cost = f" ({self.cost})" if self.cost else ""
        return f"{self.topic}: {self.what} is {self.have}, should be {self.want}{cost}"


def differences(declared: Sequence[Topic], found: Mapping[str, ExistingTopic]) -> list[Difference]:
    """Return every difference; topics that exist and are not declared are none."""
    return [one for topic in declared for one in _of(topic, found.get(topic.name))]


def _of(topic: Topic, found: ExistingTopic | None) -> Iterator[Difference]:
    if found is None:
        yield Difference(topic.name, "missing", "", f"{topic.partitions} partitions")
        return
    yield from _partitions(topic, found)
    if found.replication != topic.replication:
        cost = "move the copies with kafka-reassign-partitions"
        have, want = str(found.replication), str(topic.replication)
        yield Difference(topic.name, "replication", have, want, "by_hand", cost)
    for name, want in topic.settings().items():
        have = found.settings.get(name, "")
        if have != want:
            cost = _cost(name, have, want, found.settings)
            yield Difference(topic.name, name, have, want, "confirm" if cost else "apply", cost)


def _partitions(topic: Topic, found: ExistingTopic) -> Iterator[Difference]:
    have, want = found.partitions, topic.partitions
    if have < want:
        cost = "keys move to other partitions: order per key is lost for what is under way"
        yield Difference(topic.name, "partitions", str(have), str(want), "confirm", cost)
    elif have > want:
        cost = "no broker takes partitions away: make a new topic, or say so many in topics.yaml"
        yield Difference(topic.name, "partitions", str(have), str(want), "by_hand", cost)


def _cost(setting: str, have: str, want: str, settings: Mapping[str, str]) -> str:
    """Return what the broker would lose by the change; empty when nothing."""
    match setting:
        case "retention.ms" if _shorter(want, have):
            return "older records are deleted"
        case "cleanup.policy" if "compact" in want and "compact" not in have:
            return "all but the newest record of every key are deleted"
        case "cleanup.policy" if "delete" not in have and settings.get("retention.ms") != "-1":
            return "records older than the retention are deleted"
        case "min.insync.replicas" if have.isdigit() and int(want) < int(have):
            return "fewer copies acknowledge a record: it may be lost with them"
    return ""


def _shorter(want: str, have: str) -> bool:
    return want != "-1" and (have in ("", "-1") or int(want) < int(have))
