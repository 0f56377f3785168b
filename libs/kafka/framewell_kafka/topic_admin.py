"""Topics as code: what the broker has against what it should have, and making it so.

Used by `framewell topics apply|diff` and by whoever starts a mesh before its services. Needs aiokafka,
which both the command and the kit bring.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import ClusterAuthorizationFailedError, TopicAuthorizationFailedError, for_code

from framewell_contracts.catalogue import topics
from framewell_contracts.topics import Topic
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import reach
from framewell_kafka.topic_differences import Difference, Found, differences

TOPIC_ALREADY_EXISTS = 36
FORBIDDEN = (TopicAuthorizationFailedError.errno, ClusterAuthorizationFailedError.errno)
# Where the broker says a setting comes from: set on the topic itself, not inherited.
SET_ON_TOPIC = 1
AT_ONCE = 50
VISIBLE_SECONDS = 60.0
# Of many differences an error names so many.
SHOWN = 5


class CannotApply(Exception):
    """The topics cannot be made as they should be; the message says which and why."""


async def diff(
    kafka: BrokerAccess, *, prefix: str = "", declared: Sequence[Topic] | None = None
) -> list[Difference]:
    """How the broker differs from what is declared (the catalogue); what it has beside that is none.

    Raises KafkaError while the broker is away, CannotApply when it does not let us look.
    """
    wanted = topics() if declared is None else declared
    async with _admin(kafka) as admin:
        return differences(wanted, await _found(admin, prefix, [topic.name for topic in wanted]))


async def apply(
    kafka: BrokerAccess,
    *,
    prefix: str = "",
    declared: Sequence[Topic] | None = None,
    confirmed: bool = False,
    safe_only: bool = False,
) -> list[Difference]:
    """Make the broker as declared; what was changed. Does nothing the second time.

    What would lose data needs `confirmed`: without it CannotApply is raised and nothing is changed, or,
    with `safe_only`, everything else is done. What no command can do is left as it is (`diff` tells).
    """
    wanted = {topic.name: topic for topic in (topics() if declared is None else declared)}
    async with _admin(kafka) as admin:
        found = await _found(admin, prefix, wanted)
        todo = [one for one in differences(list(wanted.values()), found) if one.remedy != "by_hand"]
        losing = [one for one in todo if one.remedy == "confirm"]
        if losing and not confirmed:
            if not safe_only:
                raise CannotApply(
                    f"this would lose records or their order: {_first(losing)}. --yes does it all the same."
                )
            todo = [one for one in todo if one.remedy == "apply"]
        await _make(admin, [wanted[one.topic] for one in todo if one.what == "missing"], prefix)
        await _add_partitions(admin, [one for one in todo if one.what == "partitions"], prefix)
        await _set(admin, [one for one in todo if one.what not in ("missing", "partitions")], prefix)
        await _until_seen(admin, [wanted[name] for name in {one.topic for one in todo}], todo, prefix)
        return todo


async def undeclared(
    kafka: BrokerAccess, *, prefix: str = "", declared: Sequence[Topic] | None = None
) -> list[str]:
    """Topics with the prefix that nobody declared, but for the broker's own. Nothing touches them."""
    known = {prefix + topic.name for topic in (topics() if declared is None else declared)}
    async with _admin(kafka) as admin:
        there: list[str] = await admin.list_topics()
    return sorted(
        name for name in there if name.startswith(prefix) and name not in known and not name.startswith("__")
    )


async def partition_counts(kafka: BrokerAccess, names: Sequence[str]) -> dict[str, int]:
    """How many partitions those topics have; without those that do not exist."""
    async with _admin(kafka) as admin:
        return {name: len(one["partitions"]) for name, one in (await _described(admin, names)).items()}


@asynccontextmanager
async def _admin(kafka: BrokerAccess) -> AsyncIterator[Any]:
    await reach(kafka)
    admin = AIOKafkaAdminClient(**kafka.client_options())
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _described(admin: Any, names: Iterable[str]) -> dict[str, Any]:
    there = set(await admin.list_topics())
    asked = [name for name in names if name in there]
    described = await admin.describe_topics(asked) if asked else []
    return {one["topic"]: one for one in described}


async def _found(admin: Any, prefix: str, names: Collection[str]) -> dict[str, Found]:
    """Those topics that the broker has, as it has them; by name without the prefix."""
    described = await _described(admin, [prefix + name for name in names])
    settings = await _settings(admin, list(described))
    return {
        name[len(prefix) :]: Found(
            partitions=len(one["partitions"]),
            replication=min((len(part["replicas"]) for part in one["partitions"]), default=0),
            settings={key: value for key, (value, _) in settings[name].items()},
        )
        for name, one in described.items()
    }


async def _settings(admin: Any, names: Sequence[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """Every setting of these topics, and where it comes from."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for some in _portions(names):
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in some]
        for response in await admin.describe_configs(resources):
            for code, message, _kind, name, entries in response.resources:
                _check(name, code, message)
                found[name] = {entry[0]: (entry[1], entry[3]) for entry in entries}
    return found


async def _make(admin: Any, missing: Sequence[Topic], prefix: str) -> None:
    for some in _portions(missing):
        new = [
            NewTopic(prefix + one.name, one.partitions, one.replication, topic_configs=one.settings())
            for one in some
        ]
        response = await admin.create_topics(new)
        for name, code, *message in response.topic_errors:
            if code != TOPIC_ALREADY_EXISTS:  # somebody else made it in this moment
                _check(name, code, *message)


async def _add_partitions(admin: Any, changes: Sequence[Difference], prefix: str) -> None:
    if changes:
        more = {prefix + one.topic: NewPartitions(int(one.want)) for one in changes}
        for name, code, *message in (await admin.create_partitions(more)).topic_errors:
            _check(name, code, *message)


async def _set(admin: Any, changes: Sequence[Difference], prefix: str) -> None:
    """Change these settings and no other: the request replaces all that is set on a topic."""
    names = sorted({prefix + one.topic for one in changes})
    now = await _settings(admin, names)
    for some in _portions(names):
        resources = []
        for name in some:
            kept = {key: value for key, (value, source) in now[name].items() if source == SET_ON_TOPIC}
            changed = {one.what: one.want for one in changes if prefix + one.topic == name}
            resources.append(ConfigResource(ConfigResourceType.TOPIC, name, kept | changed))
        for response in await admin.alter_configs(resources):
            for code, message, _kind, name in response.resources:
                _check(name, code, message)


async def _until_seen(admin: Any, changed: Sequence[Topic], done: Sequence[Difference], prefix: str) -> None:
    """Return when the broker answers as it was told: it says yes before all of it knows."""
    names, settled = [topic.name for topic in changed], {(one.topic, one.what) for one in done}
    deadline = time.monotonic() + VISIBLE_SECONDS
    while True:
        now = differences(changed, await _found(admin, prefix, names))
        left = [one for one in now if (one.topic, one.what) in settled]
        if not left:
            return
        if time.monotonic() > deadline:
            raise CannotApply(
                "done, but not to be seen after a minute, perhaps for want of the right to describe: "
                f"{_first(left)}"
            )
        await asyncio.sleep(0.1)


def _first(many: Sequence[Difference]) -> str:
    shown = "; ".join(map(str, many[:SHOWN]))
    return f"{shown}; and {len(many) - SHOWN} more ('diff' tells all)" if len(many) > SHOWN else shown


def _portions(many: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))


def _check(name: str, code: int, message: str | None = None) -> None:
    """Raise CannotApply for an answer that is an error."""
    if code == 0:
        return
    if code in FORBIDDEN:
        raise CannotApply(
            f"the broker does not let this user do it to {name}: 'framewell topics access' lists the rights "
            "that are needed"
        )
    raise CannotApply(f"the broker refuses for {name}: {message or for_code(code).__name__}")
