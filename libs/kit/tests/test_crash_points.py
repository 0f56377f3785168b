"""A process that dies at any single call of its database: redoing leads to the same end.

Every operation is broken off before and after each of its calls in turn, as often as it has calls; then a
new process does what a new process does: the record is delivered again, the job is taken over, the relay
sweeps. What counts at the end: effects once, facts at least once and always with the same ids.
"""

from collections.abc import Awaitable, Callable

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.identity import derived_id, fan_in_id
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Fact
from framewell_kit.fanin import FanIn
from framewell_kit.jobs import Jobs
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.failing import failing
from framewell_kit.testing.streams import a_cause

CAUSE = a_cause("cause")
Operation = Callable[[Documents, CollectedFacts], Awaitable[None]]


def rejected(name: str) -> AssetRejected:
    return AssetRejected(work=Work(asset_id=name))


async def insert_and_send(documents: Documents, broker: CollectedFacts) -> None:
    """A handler that inserts with facts, delivered again until it gets through; then the relay."""
    outbox = Outbox(documents, broker)
    await outbox.insert("assets", {"_id": "a", "state": "new"}, [rejected("a"), rejected("b")], CAUSE)
    await outbox.flush()


async def change_and_send(documents: Documents, broker: CollectedFacts) -> None:
    """A compare-and-set with a fact; a redelivery finds it done."""
    outbox = Outbox(documents, broker)
    await documents.insert_once("assets", {"_id": "a", "state": "new"})
    change, expect = {"$set": {"state": "gone"}, "$inc": {"changes": 1}}, {"state": "new"}
    await outbox.update("assets", "a", change, [rejected("a")], CAUSE, expect=expect)
    await outbox.flush()


async def one_job(documents: Documents, broker: CollectedFacts) -> None:
    """From put to its facts, by a worker that takes over what a dead one left."""
    clock = HeldClock()
    outbox = Outbox(documents, broker, clock)
    jobs = Jobs(documents, outbox, clock)
    await jobs.prepare()
    await jobs.put("fetch", "a", {}, cause=CAUSE)
    for _ in range(3):
        await jobs.revive("fetch")
        clock.advance(31)
    mine = await jobs.claim("fetch", "worker", 30)
    if mine is not None:
        assert await jobs.save(mine, {"bytes": 1})
        assert await jobs.renew(mine, 30)
        await documents.update("effects", "a", {"$set": {"by": "fetch"}}, upsert=True)
        assert await jobs.end(mine, "done", [rejected("a")])
    await outbox.flush()


async def a_job_given_back(documents: Documents, broker: CollectedFacts) -> None:
    """A failed attempt, then a good one."""
    clock = HeldClock()
    outbox = Outbox(documents, broker, clock)
    jobs = Jobs(documents, outbox, clock)
    await jobs.put("fetch", "a", {}, cause=CAUSE)
    for _ in range(4):
        for _ in range(3):
            await jobs.revive("fetch")
            clock.advance(31)
        mine = await jobs.claim("fetch", "worker", 30)
        if mine is None:
            break
        if mine["attempt"] == 1:
            await jobs.give_back(mine, seconds=2, reason="failed", failed=True)
        else:
            await jobs.end(mine, "done", [rejected("a")])
    await outbox.flush()


async def decide_once(documents: Documents, broker: CollectedFacts) -> None:
    """What a stage with `decide_once` does; the handler changes its mind at every delivery."""
    log = DecisionLog(documents)
    kept = await log.recall("group", CAUSE.id)
    if kept is None:
        after = await documents.update("minds", "m", {"$inc": {"mind": 1}}, upsert=True)
        assert after is not None
        mind = AssetRejected(work=Work(asset_id="a"), detail=f"mind {after['mind']}")
        decided = derive([mind], CAUSE, source="/test", now=HeldClock().now())
        kept = await log.keep("group", CAUSE.id, decided)
    await broker.deliver(kept)


async def fan_in(documents: Documents, broker: CollectedFacts) -> None:
    """Two parts and what is expected; whoever sees it complete publishes."""
    parts = FanIn(documents, "assets")
    for part in ("expected", 0, 1):
        if part == "expected":
            whole = await parts.expect("a", 2)
        else:
            whole = await parts.arrive("a", part, {"outcome": "ok"})
        if whole is not None:
            name = fan_in_id("a", "framewell.asset.rejected.v1", 0)
            fact = Fact(rejected(repr([part async for part in parts.parts(whole)])), id=name)
            await broker.deliver(derive([fact], CAUSE, source="/test", now=HeldClock().now()))


async def end_of(documents: Documents) -> dict[str, object]:
    """The state that matters, without what differs by nature (epochs, times, workers)."""
    asset, job = await documents.get("assets", "a"), await documents.get("jobs", "fetch/a")
    return {
        "asset": {k: v for k, v in (asset or {}).items() if not k.startswith("outbox")},
        "unsent": len((asset or {}).get("outbox", [])) + len((job or {}).get("outbox", [])),
        "job": job and job["queue"],
        "effects": await documents.find("effects", {}),
        "pending": await documents.count("jobs", {"outbox_pending": True}),
    }


OPERATIONS = [insert_and_send, change_and_send, one_job, a_job_given_back, decide_once, fan_in]


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_death_at_any_call_leads_to_the_same_end(
    documents: Documents, operation: Operation, after: bool
) -> None:
    calm, calm_broker = MemoryDocuments(), CollectedFacts()
    await operation(calm, calm_broker)
    wanted = await end_of(calm)
    calls = 0
    while True:
        await clear(documents)
        broker = CollectedFacts()
        port, store = failing(documents, calls, after=after)
        try:
            await operation(port, broker)
        except Busy:
            assert store.broke
        else:
            break
        await operation(documents, broker)  # the next process
        assert await end_of(documents) == wanted, f"died at call {calls}"
        assert broker.ids == calm_broker.ids, f"died at call {calls}"
        contents = {record.value for record in broker.records}
        assert len(contents) == len({record.value for record in calm_broker.records}), "one id, one content"
        calls += 1
    assert calls >= 2


async def clear(documents: Documents) -> None:
    for name in ("assets", "jobs", "effects", "minds", "decisions", "outbox_collections"):
        await documents.delete_where(name, {})


async def test_the_ids_are_those_of_the_cause() -> None:
    documents, broker = MemoryDocuments(), CollectedFacts()
    await decide_once(documents, broker)
    assert broker.ids == {derived_id("cause", "framewell.asset.rejected.v1", "a/0")}
