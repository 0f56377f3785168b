"""What happens once is remembered as long as it may come again, and no longer."""

import asyncio
from datetime import datetime

import pytest
from pydantic import ValidationError

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_contracts.cloudevents import Record
from framewell_contracts.fact_types import FACTS, fact_type
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents import Documents
from framewell_kit.facts import Cause
from framewell_kit.jobs import JobKind, Jobs, Lease
from framewell_kit.jobs.model import Job
from framewell_kit.operations import RetentionSweep
from framewell_kit.outbox import Outbox
from framewell_kit.settings import MIN_KEEP_DAYS, MeshSettings
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause
from framewell_kit.testing.waiting import patient

DAY = 24 * 3600.0
KEEP_DAYS = 60.0
PLAN = "plan"


async def nothing(job: Job, lease: Lease) -> list[AssetRejected]:
    return []


class Service:
    """Jobs and decisions of one service, and what sweeps them."""

    def __init__(self, documents: Documents, keep_days: float = KEEP_DAYS) -> None:
        self.clock, self.broker = HeldClock(), CollectedFacts()
        self.outbox = Outbox(documents, self.broker, self.clock)
        self.jobs = Jobs(documents, self.outbox, self.clock)
        self.decisions = DecisionLog(documents, self.clock)
        kinds = [JobKind(PLAN, nothing)]
        self.retention = RetentionSweep(self.jobs, kinds, self.decisions, self.clock, keep_days=keep_days)

    async def end(self, key: str, state: str = "done", *, cause: Cause | None = None) -> None:
        """Put a job and end it at once."""
        assert await self.jobs.put(PLAN, key, {}, cause=cause or caused_by(AssetIngested))
        mine = await self.jobs.claim(PLAN, "w", 30)
        assert mine is not None
        assert await self.jobs.end(mine, state, [AssetRejected(work=Work(asset_id=key))])

    async def known(self, *keys: str) -> list[str]:
        return [key for key in keys if await self.jobs.get(PLAN, key)]


def caused_by(message: type) -> Cause:
    return a_cause()._replace(type=fact_type(message).type)


@pytest.fixture
def service(documents: Documents) -> Service:
    return Service(documents)


async def test_a_job_that_is_done_is_forgotten_once_nothing_can_bring_it_again(service: Service) -> None:
    await service.end("old")
    await service.outbox.flush()
    service.clock.advance(2 * DAY)
    await service.end("newer")
    await service.outbox.flush()
    service.clock.advance((KEEP_DAYS - 1) * DAY)
    assert await service.retention.sweep() == 1
    assert await service.known("old", "newer") == ["newer"]
    assert not await service.jobs.put(PLAN, "newer", {}, cause=caused_by(AssetIngested))


async def test_a_replay_that_comes_later_does_the_work_again_and_says_the_same_events(
    service: Service,
) -> None:
    cause = caused_by(AssetIngested)
    for _ in range(2):
        await service.end("a", cause=cause)
        await service.outbox.flush()
        service.clock.advance((KEEP_DAYS + 1) * DAY)
        await service.retention.sweep()
    first, again = (dict(record.headers)["ce_id"] for record in service.broker.records)
    assert first == again


async def test_work_under_way_what_was_given_up_and_what_may_come_again_for_ever_stay(
    service: Service,
) -> None:
    await service.end("given up", "failed")
    await service.end("of a topic kept for ever", cause=caused_by(ModelPromoted))
    await service.jobs.put(PLAN, "running", {}, cause=caused_by(AssetIngested))
    assert await service.jobs.claim(PLAN, "w", 30)
    await service.jobs.put(PLAN, "waiting", {}, cause=caused_by(AssetIngested))
    await service.jobs.put(PLAN, "later", {}, cause=caused_by(AssetIngested), after_seconds=3600)
    await service.outbox.flush()
    service.clock.advance(1000 * DAY)
    assert await service.retention.sweep() == 0
    names = ("given up", "of a topic kept for ever", "running", "waiting", "later")
    assert await service.known(*names) == [*names]


async def test_a_job_whose_facts_have_not_left_is_kept_with_them(service: Service) -> None:
    service.broker.away = "the broker is away"
    await service.end("a")
    service.clock.advance(1000 * DAY)
    assert await service.retention.sweep() == 0
    service.broker.away = ""
    assert await service.outbox.flush() == 1
    assert await service.retention.sweep() == 1
    assert len(service.broker.records) == 1


async def test_decisions_are_forgotten_but_those_on_facts_that_are_kept_for_ever(service: Service) -> None:
    records = [Record("t", b"k", b"v", [("ce_id", b"1")])]
    for group in ("transcode.plan_chunks", "dataset.record_usage", "dataset.keep_audit"):
        await service.decisions.keep(group, "c", records)
    service.clock.advance((KEEP_DAYS + 1) * DAY)
    await service.decisions.keep("transcode.plan_chunks", "new", records)
    assert await service.retention.sweep() == 1
    kept = {
        (group, cause): await service.decisions.recall(group, cause)
        for group, cause in (
            ("transcode.plan_chunks", "c"), ("transcode.plan_chunks", "new"), ("dataset.record_usage", "c"),
            ("dataset.keep_audit", "c"),
        )
    }  # fmt: skip
    assert [kept[one] for one in kept] == [None, records, records, records]


async def test_a_sweep_takes_everything_that_is_due_in_bounded_bites(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewell_kit.operations.retention.AT_ONCE", 3)
    keys = [f"a{number}" for number in range(8)]
    for key in keys:
        await service.end(key)
    await service.outbox.flush()
    service.clock.advance((KEEP_DAYS + 1) * DAY)
    bites: list[int] = []
    forget_done = service.jobs.forget_done

    async def noted(kind: str, before: datetime, *, at_most: int) -> int:
        bites.append(await forget_done(kind, before, at_most=at_most))
        return bites[-1]

    monkeypatch.setattr(service.jobs, "forget_done", noted)
    both = RetentionSweep(
        service.jobs, [JobKind(PLAN, nothing)], service.decisions, service.clock, keep_days=KEEP_DAYS
    )
    assert sum(await asyncio.gather(service.retention.sweep(), both.sweep())) == 8
    assert max(bites) <= 3
    assert await service.known(*keys) == []


async def test_nothing_is_forgotten_when_it_is_to_be_kept_for_ever(documents: Documents) -> None:
    service = Service(documents, keep_days=0)
    await service.end("a")
    service.clock.advance(1000 * DAY)
    async with patient():
        await service.retention.run()
    assert await service.known("a") == ["a"]


def test_nobody_can_set_less_than_topics_keep_their_facts() -> None:
    longest = max(fact.retention_days or 0 for fact in FACTS.values())
    assert longest < MIN_KEEP_DAYS <= MeshSettings().keep_days
    assert MeshSettings(keep_days=0).keep_days == 0
    with pytest.raises(ValidationError, match=f"{MIN_KEEP_DAYS} or more, or 0 for ever"):
        MeshSettings(keep_days=longest)
