"""A broker that speaks but refuses: the stage says so, its other topics go on, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_contracts.fact_types import fact_type
from framewell_kafka.access_table import Grant, grants
from framewell_kafka.broker_reach import BrokerUnusable
from framewell_kafka.topic_admin import partition_counts
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.stream import Broadcast, Publisher, Stage, StreamRuntime
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.testing.secured import ADMIN, SecuredBroker
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

A0, A1, A2, A3 = (str(UUID(int=number)) for number in range(4))
GROUP, OTHER = "ingest.accept_request", "ingest.note_rejection"
REQUESTED, REJECTED = fact_type(IngestRequested).type, fact_type(AssetRejected).type
WITHIN = 90.0


@dataclass
class House:
    """One service with the rights of ingest, an administrator, and what the handlers saw."""

    secured: SecuredBroker
    user: str
    admin: StreamBench
    bench: StreamBench
    requests: list[str] = field(default_factory=list)
    rejections: list[str] = field(default_factory=list)

    @property
    def stages(self) -> tuple[Stage, Stage]:
        async def reject(fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
            self.requests.append(fact.asset_id)
            return [AssetRejected(work=Work(asset_id=fact.asset_id), uri=fact.uri)]

        async def note(fact: AssetRejected, cause: Cause) -> Sequence[AssetRejected]:
            self.rejections.append(fact.work.asset_id)
            return []

        return Stage(GROUP, reject), Stage(OTHER, note)

    async def request(self, *names: str) -> None:
        await self.admin.publish(*[IngestRequested(asset_id=name, uri="file:///x") for name in names])

    async def reject(self, *names: str) -> None:
        await self.admin.publish(*[AssetRejected(work=Work(asset_id=name)) for name in names])

    def right(self, resource: str, name: str, operation: str) -> Grant:
        (found,) = [
            one
            for one in grants(self.admin.prefix)
            if (one.who, one.resource, one.operation) == ("ingest", resource, operation)
            and one.name == self.admin.prefix + name
        ]
        return found

    async def revoke(self, *rights: Grant) -> None:
        await asyncio.to_thread(self.secured.revoke, self.user, rights)

    async def allow(self, *rights: Grant) -> None:
        await asyncio.to_thread(self.secured.allow, self.user, rights)


# Looks and asks again more often than in production.
IMPATIENT = StreamTiming(watch=0.5, denied=1.0)


@pytest.fixture
async def house(secured: SecuredBroker) -> AsyncIterator[House]:
    async with StreamBench(secured.with_certificate(ADMIN)) as admin, as_ingest(secured, admin) as house:
        yield house


@asynccontextmanager
async def as_ingest(secured: SecuredBroker, admin: StreamBench) -> AsyncIterator[House]:
    await admin.declare(IngestRequested, AssetRejected, ModelPromoted, ModelRetired, groups=[GROUP, OTHER])
    user = f"ingest-{uuid4().hex[:6]}"
    secured.allow(user, [one for one in grants(admin.prefix) if one.who == "ingest"])
    async with StreamBench(secured.with_login(user), prefix=admin.prefix) as bench:
        bench.timing = IMPATIENT
        yield House(secured, user, admin, bench)


async def until_refused(runtime: StreamRuntime, what: str) -> None:
    await eventually(
        lambda: any(f"the broker refuses: no right to {what}" in one for one in runtime.unready()),
        within=WITHIN,
    )


async def test_a_topic_taken_away_is_shown_and_read_again_when_it_is_given_back(house: House) -> None:
    runtime = await house.bench.run(*house.stages)
    await house.request(A0, A1)
    await eventually(lambda: set(house.rejections) == {A0, A1}, within=WITHIN)

    right = house.right("topic", REQUESTED, "read")
    await house.revoke(right)
    await until_refused(runtime, f"topic {house.admin.prefix}{REQUESTED}")
    await house.request(A2, A3)
    await house.reject("elsewhere")
    await eventually(lambda: "elsewhere" in house.rejections, within=WITHIN)
    assert not {A2, A3} & set(house.requests)

    await house.allow(right)
    await eventually(lambda: {A2, A3} <= set(house.rejections), within=WITHIN)
    await eventually(lambda: not runtime.unready(), within=WITHIN)
    await house.bench.stop(runtime)
    assert await house.admin.committed(GROUP, REQUESTED) == 4
    assert sorted(house.requests) == [A0, A1, A2, A3]


async def test_a_group_taken_away_is_told_and_joined_again_when_it_is_given_back(house: House) -> None:
    runtime = await house.bench.run(*house.stages)
    await house.request(A0)
    await eventually(lambda: house.rejections == [A0], within=WITHIN)

    right = house.right("group", GROUP, "read")
    await house.revoke(right)
    await until_refused(runtime, f"group {house.admin.prefix}{GROUP}")
    await house.request(A1, A2)
    await house.reject("elsewhere")
    await eventually(lambda: "elsewhere" in house.rejections, within=WITHIN)

    await house.allow(right)
    await eventually(lambda: {A1, A2} <= set(house.rejections), within=WITHIN)
    await eventually(lambda: not runtime.unready(), within=WITHIN)
    await house.request(A3)
    await eventually(lambda: A3 in house.rejections, within=WITHIN)
    await house.bench.stop(runtime)
    assert await house.admin.committed(GROUP, REQUESTED) == 4


async def test_facts_that_may_not_be_written_wait_and_leave_when_they_may(house: House) -> None:
    runtime = await house.bench.run(*house.stages)
    await house.request(A0)
    await eventually(lambda: house.rejections == [A0], within=WITHIN)

    right = house.right("topic", REJECTED, "write")
    await house.revoke(right)
    await house.request(A1, A2, A3)
    await until_refused(runtime, f"topic {house.admin.prefix}{REJECTED}")
    assert await house.admin.committed(GROUP, REQUESTED) == 1

    await house.allow(right)
    await eventually(lambda: {A1, A2, A3} <= set(house.rejections), within=WITHIN)
    await eventually(lambda: not runtime.unready(), within=WITHIN)
    await house.bench.stop(runtime)
    answers = await house.admin.events(REJECTED)
    assert sorted({event.message.work.asset_id for event in answers}) == [A0, A1, A2, A3]
    assert await house.admin.committed(GROUP, REQUESTED) == 4


async def test_a_broadcast_that_may_not_be_read_is_told(house: House) -> None:
    async def follow(fact: ModelPromoted, cause: Cause) -> Sequence[ModelPromoted]:
        return []

    models, retired = (house.admin.prefix + fact_type(one).type for one in (ModelPromoted, ModelRetired))
    right = Grant("ingest", "topic", models, "read")
    await house.allow(right, Grant("ingest", "topic", retired, "read"))
    runtime = await house.bench.run(Broadcast("inference.follow_models", follow))
    await house.revoke(right)
    await until_refused(runtime, f"topic {models}")
    await house.allow(right)
    await eventually(lambda: not runtime.unready(), within=WITHIN)


async def test_a_start_without_rights_says_which_one_is_missing(house: House) -> None:
    rights = [house.right("group", GROUP, "read")]
    await house.revoke(*rights)
    with pytest.raises(BrokerUnusable, match=f"no right to group {house.admin.prefix}{GROUP}"):
        await house.bench.run(house.stages[0])
    await house.allow(*rights)

    hidden = house.admin.prefix + REQUESTED
    await house.revoke(house.right("topic", REQUESTED, "read"), house.right("topic", REQUESTED, "write"))
    assert not await partition_counts(house.bench.access, [hidden])
    with pytest.raises(Busy, match=f"{hidden} among them.*the right to them is missing"):
        await house.bench.run(house.stages[0])


async def test_somebody_without_any_right_to_write_is_told(secured: SecuredBroker) -> None:
    publisher = Publisher(secured.with_login(f"guest-{uuid4().hex[:6]}"), source="/test", clock=SystemClock())
    with pytest.raises(BrokerUnusable, match="no right to write any topic"):
        await publisher.start()


async def test_a_write_outside_the_table_is_refused(house: House) -> None:
    promoted = ModelPromoted(model=ModelVersion(name="faces", version="2"))
    with pytest.raises(Busy, match="the broker refuses: no right to topic"):
        await house.bench.publish(promoted)
    assert await house.admin.records(fact_type(ModelPromoted).type) == []
