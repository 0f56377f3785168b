"""Topics as code: what the broker has against what the catalogue says, and making it so.

Used by `framewell topics apply|diff` and by whoever starts a mesh before its services. Needs aiokafka,
which both the command and the kit bring; nothing else in this package imports it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from framewell_contracts.broker_access import BrokerAccess
from framewell_contracts.broker_reach import reach
from framewell_contracts.catalogue import topics
from framewell_contracts.topics import Topic

TOPIC_ALREADY_EXISTS = 36
CREATE_AT_ONCE = 50
VISIBLE_SECONDS = 60.0


class CannotApply(Exception):
    """The topics cannot be made as the catalogue says; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the broker differs from the catalogue.

    `what` is `missing`, `partitions` or the name of a broker setting. `loses` is true when making it so
    would delete records or move keys to other partitions: that takes a person's word.
    """

    topic: str
    what: str
    have: str
    want: str
    loses: bool = False

    def __str__(self) -> str:
        if self.what == "missing":
            return f"{self.topic}: missing ({self.want})"
        return f"{self.topic}: {self.what} is {self.have}, should be {self.want}"


async def diff(
    kafka: BrokerAccess, *, prefix: str = "", declared: Sequence[Topic] | None = None
) -> list[Difference]:
    """How the broker differs from the catalogue; topics it has beside those are no difference."""
    async with _admin(kafka) as admin:
        return await _differences(admin, prefix, topics() if declared is None else declared)


async def apply(
    kafka: BrokerAccess,
    *,
    prefix: str = "",
    replication: int = 1,
    allow_loss: bool = False,
    declared: Sequence[Topic] | None = None,
) -> list[Difference]:
    """Make the broker as the catalogue says; what was different. Does nothing the second time.

    Raises CannotApply, having changed nothing, for what would lose data unless `allow_loss`, and for what
    no broker can do (fewer partitions).
    """
    wanted = {topic.name: topic for topic in (topics() if declared is None else declared)}
    async with _admin(kafka) as admin:
        differences = await _differences(admin, prefix, list(wanted.values()))
        _refuse(differences, allow_loss=allow_loss)
        missing = [wanted[one.topic] for one in differences if one.what == "missing"]
        for start in range(0, len(missing), CREATE_AT_ONCE):
            await _create(admin, missing[start : start + CREATE_AT_ONCE], prefix, replication)
        await _visible(admin, {prefix + topic.name for topic in missing})
        more = {
            prefix + one.topic: NewPartitions(int(one.want))
            for one in differences
            if one.what == "partitions"
        }
        if more:
            _raise_errors(await admin.create_partitions(more), "topic_errors")
        changed = {one.topic for one in differences} - {topic.name for topic in missing}
        if changed:
            resources = [
                ConfigResource(ConfigResourceType.TOPIC, prefix + name, wanted[name].settings())
                for name in sorted(changed)
            ]
            await admin.alter_configs(resources)
        return differences


async def partition_counts(kafka: BrokerAccess, names: Sequence[str]) -> dict[str, int]:
    """How many partitions those topics have; without those that do not exist."""
    async with _admin(kafka) as admin:
        there = set(await admin.list_topics())
        asked = [name for name in names if name in there]
        described = await admin.describe_topics(asked) if asked else []
        return {one["topic"]: len(one["partitions"]) for one in described}


@asynccontextmanager
async def _admin(kafka: BrokerAccess) -> AsyncIterator[Any]:
    await reach(kafka)
    admin = AIOKafkaAdminClient(**kafka.client_options())
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _differences(admin: Any, prefix: str, declared: Sequence[Topic]) -> list[Difference]:
    there = set(await admin.list_topics())
    existing = [topic for topic in declared if prefix + topic.name in there]
    found = [
        Difference(topic.name, "missing", "", f"{topic.partitions} partitions")
        for topic in declared
        if prefix + topic.name not in there
    ]
    if not existing:
        return found
    described = await admin.describe_topics([prefix + topic.name for topic in existing])
    partitions = {one["topic"]: len(one["partitions"]) for one in described}
    settings = await _settings(admin, [prefix + topic.name for topic in existing])
    for topic in existing:
        have = partitions[prefix + topic.name]
        if have != topic.partitions:
            found.append(Difference(topic.name, "partitions", str(have), str(topic.partitions), loses=True))
        for name, want in topic.settings().items():
            is_now = settings[prefix + topic.name].get(name, "")
            if is_now != want:
                found.append(Difference(topic.name, name, is_now, want, _loses(name, is_now, want)))
    return found


async def _settings(admin: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(resources):
        for _error, _message, _kind, name, entries in response.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


def _loses(setting: str, have: str, want: str) -> bool:
    """True when the change lets the broker delete what it keeps now."""
    if setting == "retention.ms":
        return want != "-1" and (have == "-1" or int(want) < int(have or 0))
    return setting == "cleanup.policy"


def _refuse(differences: Sequence[Difference], *, allow_loss: bool) -> None:
    fewer = [one for one in differences if one.what == "partitions" and int(one.want) < int(one.have)]
    if fewer:
        raise CannotApply(f"no broker takes partitions away; make a new topic: {'; '.join(map(str, fewer))}")
    losing = [one for one in differences if one.loses]
    if losing and not allow_loss:
        raise CannotApply(f"this would lose records or their order: {'; '.join(map(str, losing))}")


async def _create(admin: Any, missing: Sequence[Topic], prefix: str, replication: int) -> None:
    new = [
        NewTopic(prefix + topic.name, topic.partitions, replication, topic_configs=topic.settings())
        for topic in missing
    ]
    _raise_errors(await admin.create_topics(new), "topic_errors")


async def _visible(admin: Any, names: set[str]) -> None:
    """Return when the broker answers for the new topics too: it says yes before its metadata does."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    while left := names - set(await admin.list_topics()):
        if time.monotonic() > deadline:
            raise CannotApply(f"created, but not there after a minute: {', '.join(sorted(left))}")
        await asyncio.sleep(0.1)


def _raise_errors(response: Any, field: str) -> None:
    for name, code, *_ in getattr(response, field):
        if code not in (0, TOPIC_ALREADY_EXISTS):
            raise CannotApply(f"topic {name}: {for_code(code).__name__}")
