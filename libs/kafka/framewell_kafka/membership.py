"""Static members of consumer groups: their names, and removing one that will not come back.

A static member that stops does not leave the group, so that it has its partitions back at once when it is
started again. At scale-in nobody comes back: until its session expires (10 s) nobody reads its partitions,
unless it is removed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import KafkaError, NoError, UnknownMemberIdError, for_code

from framewell_contracts.groups import GROUPS
from framewell_kafka.aiokafka_compat.leave_group import LeaveGroupByName, MembersLeft
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import reach

LIVE_LANE: Final = ".live"
ARCHIVE_LANE: Final = ".archive"
LANES: Final = ("", LIVE_LANE, ARCHIVE_LANE)
"""Suffixes of members: a light stage is one member of its group, a heavy stage is one per lane."""

# A coordinator that moves or still reads its groups says so, and is asked again.
RETRY_SECONDS = 10.0
RETRY_EVERY_SECONDS = 0.2


def static_member(group: str, ordinal: str | int, lane: str = "") -> str:
    """Return the group instance id (KIP-345) of a replica, the same for every process that runs it."""
    return f"{group}{lane}.{ordinal}"


async def remove(
    kafka: BrokerAccess, service: str, ordinals: Collection[int], *, prefix: str = ""
) -> dict[str, list[str]]:
    """Remove these replicas of a service from its groups, and return the removed members by group.

    Their partitions are assigned to the others at the next heartbeat of these (1 s). Whoever is no member is
    left out, so a second call removes nobody. A process that still runs notices, and joins again.
    Raise KafkaError, also when a group may not be changed.
    """
    removed: dict[str, list[str]] = {}
    async with _client(kafka) as client:
        for group in (one for one in GROUPS if one.partition(".")[0] == service):
            named = [static_member(group, ordinal, lane) for ordinal in sorted(ordinals) for lane in LANES]
            gone = await _leave(client, prefix + group, named)
            if gone:
                removed[group] = gone
    return removed


@asynccontextmanager
async def _client(kafka: BrokerAccess) -> AsyncIterator[AIOKafkaClient]:
    await reach(kafka)
    client = AIOKafkaClient(**kafka.client_options())
    try:
        await client.bootstrap()
        yield client
    finally:
        await client.close()


async def _leave(client: AIOKafkaClient, group: str, members: Sequence[str]) -> list[str]:
    """Remove the members, and return those that were in the group."""
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        try:
            coordinator = await client.coordinator_lookup(CoordinationType.GROUP, group)
            answer = await client.send(coordinator, LeaveGroupByName(group, members))
            return _gone(answer, group)
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
        await asyncio.sleep(RETRY_EVERY_SECONDS)


def _gone(answer: MembersLeft, group: str) -> list[str]:
    _raise_unless(answer.error_code, (NoError, UnknownMemberIdError), group)  # nobody is there at all
    for _, name, code in answer.members:
        _raise_unless(code, (NoError, UnknownMemberIdError), f"{name} of {group}")
    return [name for _, name, code in answer.members if for_code(code) is NoError]


def _raise_unless(code: int, accepted: tuple[type[KafkaError], ...], what: str) -> None:
    error = for_code(code)
    if error not in accepted:
        raise error(what)
