"""Topics as code: compare the broker's topics with the declared ones, and apply the difference.

Used by `framewell topics apply|diff` and by whoever starts a mesh, before its services.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import ClusterAuthorizationFailedError, TopicAuthorizationFailedError, for_code

from framewell_contracts.fact_types import topics
from framewell_contracts.topics import Topic
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import reach
from framewell_kafka.topic_differences import Difference, ExistingTopic, differences

TOPIC_ALREADY_EXISTS = 36
FORBIDDEN = (TopicAuthorizationFailedError.errno, ClusterAuthorizationFailedError.errno)
# ConfigSource of the protocol: DYNAMIC_TOPIC_CONFIG, set on the topic itself and not inherited.
SET_ON_TOPIC = 1
PER_REQUEST = 50
VISIBLE_SECONDS = 60.0
# Of many differences an error names so many.
SHOWN = 5


class CannotApply(Exception):
    """The topics cannot be applied; the message says which and why."""


async def diff(
    kafka: BrokerAccess, *, prefix: str = "", declared: Sequence[Topic] | None = None
) -> list[Difference]:
    """Return how the broker differs from the declared topics (by default the mesh's); others are ignored.

    Raise KafkaError while the broker is away, CannotApply when it refuses to describe its topics.
    """
    wanted = topics() if declared is None else declared
    async with admin_client(kafka) as admin:
        return differences(wanted, await _found(admin, prefix, [topic.name for topic in wanted]))


async def apply(
    kafka: BrokerAccess,
    *,
    prefix: str = "",
    declared: Sequence[Topic] | None = None,
    confirmed: bool = False,
    safe_only: bool = False,
) -> list[Difference]:
    """Create and change topics as declared, and return what was changed. A second call does nothing.

    What would lose data needs `confirmed`: without it raise CannotApply and change nothing, or, with
    `safe_only`, do everything else. Differences that no command can mend stay (`diff` returns them).
    """
    wanted = {topic.name: topic for topic in (topics() if declared is None else declared)}
    async with admin_client(kafka) as admin:
        found = await _found(admin, prefix, wanted)
        todo = [one for one in differences(list(wanted.values()), found) if one.remedy != "by_hand"]
        losing = [one for one in todo if one.remedy == "confirm"]
        if losing and not confirmed:
            if not safe_only:
                raise CannotApply(
                    f"this would lose records or their order: {_summary(losing)}. --yes does it all the same."
                )
            todo = [one for one in todo if one.remedy == "apply"]
        await _create(admin, [wanted[one.topic] for one in todo if one.what == "missing"], prefix)
        await _add_partitions(admin, [one for one in todo if one.what == "partitions"], prefix)
        await _set(admin, [one for one in todo if one.what not in ("missing", "partitions")], prefix)
        await _until_seen(admin, [wanted[name] for name in {one.topic for one in todo}], todo, prefix)
        return todo


async def undeclared(
    kafka: BrokerAccess, *, prefix: str = "", declared: Sequence[Topic] | None = None
) -> list[str]:
    """Return the topics with the prefix that nobody declared, without the broker's own. Changes nothing."""
    known = {prefix + topic.name for topic in (topics() if declared is None else declared)}
    async with admin_client(kafka) as admin:
        there: list[str] = await admin.list_topics()
    return sorted(
        name for name in there if name.startswith(prefix) and name not in known and not name.startswith("__")
    )


async def partition_counts(kafka: BrokerAccess, names: Sequence[str]) -> dict[str, int]:
    """Return the number of partitions of those topics that exist."""
    async with admin_client(kafka) as admin:
        return await counted_partitions(admin, names)


async def counted_partitions(admin: Any, names: Sequence[str]) -> dict[str, int]:
    """Return the number of partitions of those topics that exist, asked of an admin client that is open."""
    return {name: len(one["partitions"]) for name, one in (await _described(admin, names)).items()}


@asynccontextmanager
async def admin_client(kafka: BrokerAccess) -> AsyncIterator[Any]:
    """Open an admin client. Raise BrokerUnusable, with the reason, where no broker can be used."""
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


async def _found(admin: Any, prefix: str, names: Collection[str]) -> dict[str, ExistingTopic]:
    """Return those topics that exist, as the broker has them; by name without the prefix."""
    described = await _described(admin, [prefix + name for name in names])
    settings = await _settings(admin, list(described))
    return {
        name[len(prefix) :]: ExistingTopic(
            partitions=len(one["partitions"]),
            replication=min((len(part["replicas"]) for part in one["partitions"]), default=0),
            settings={key: value for key, (value, _) in settings[name].items()},
        )
        for name, one in described.items()
    }


async def _settings(admin: Any, names: Sequence[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """Return every setting of these topics, with the source of its value."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for some in _chunks(names):
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in some]
        for response in await admin.describe_configs(resources):
            for code, message, _kind, name, entries in response.resources:
                _check(name, code, message)
                found[name] = {entry[0]: (entry[1], entry[3]) for entry in entries}
    return found


async def _create(admin: Any, missing: Sequence[Topic], prefix: str) -> None:
    for some in _chunks(missing):
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
    """Change these settings and no other: AlterConfigs replaces everything that is set on a topic."""
    names = sorted({prefix + one.topic for one in changes})
    now = await _settings(admin, names)
    for some in _chunks(names):
        resources = []
        for name in some:
            kept = {key: value for key, (value, source) in now[name].items() if source == SET_ON_TOPIC}
            changed = {one.what: one.want for one in changes if prefix + one.topic == name}
            resources.append(ConfigResource(ConfigResourceType.TOPIC, name, kept | changed))
        for response in await admin.alter_configs(resources):
            for code, message, _kind, name in response.resources:
                _check(name, code, message)


async def _until_seen(admin: Any, changed: Sequence[Topic], done: Sequence[Difference], prefix: str) -> None:
    """Wait until the broker reports the changes: it acknowledges before every node knows."""
    names, applied = [topic.name for topic in changed], {(one.topic, one.what) for one in done}
    deadline = time.monotonic() + VISIBLE_SECONDS
    while True:
        now = differences(changed, await _found(admin, prefix, names))
        left = [one for one in now if (one.topic, one.what) in applied]
        if not left:
            return
        if time.monotonic() > deadline:
            raise CannotApply(
                "done, but not to be seen after a minute, perhaps for want of the right to describe: "
                f"{_summary(left)}"
            )
        await asyncio.sleep(0.1)


def _summary(many: Sequence[Difference]) -> str:
    shown = "; ".join(map(str, many[:SHOWN]))
    return f"{shown}; and {len(many) - SHOWN} more ('diff' tells all)" if len(many) > SHOWN else shown


def _chunks(many: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (many[start : start + PER_REQUEST] for start in range(0, len(many), PER_REQUEST))


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
