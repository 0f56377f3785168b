"""Changes and their facts leave together, whatever dies in between."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell_contracts.cloudevents import Record
from framewell_kit.documents import Documents
from framewell_kit.outbox import Outbox
from framewell_kit.records import event_id
from framewell_kit.relay import SWEEP_LIMIT
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause
from framewell_kit.testing.waiting import eventually


def reviewed(sample: str, revision: int = 1) -> SampleReviewed:
    return SampleReviewed(sample_id=sample, revision=revision)


async def test_a_change_and_its_fact_go_together(documents: Documents) -> None:
    broker = CollectedFacts()
    outbox = Outbox(documents, broker)
    assert await outbox.insert("samples", {"_id": "s1", "state": "new"}, [reviewed("s1")], a_cause("c1"))
    assert not await outbox.insert("samples", {"_id": "s1"}, [reviewed("s1")], a_cause("c1"))
    after = await outbox.update("samples", "s1", {"$set": {"state": "x"}}, [reviewed("s1", 2)], a_cause("c2"))
    assert after is not None
    assert after["state"] == "x"
    assert broker.records == []
    assert await outbox.flush() == 2
    assert await outbox.flush() == 0
    assert [SampleReviewed.FromString(record.value).revision for record in broker.records] == [1, 2]


async def test_no_fact_without_its_change(documents: Documents) -> None:
    broker = CollectedFacts()
    outbox = Outbox(documents, broker)
    await outbox.insert("samples", {"_id": "s1", "state": "closed"}, [], a_cause())
    change = {"$set": {"state": "open"}}
    assert (
        await outbox.update("samples", "s1", change, [reviewed("s1")], a_cause(), expect={"state": "new"})
        is None
    )
    assert await outbox.flush() == 0


async def test_what_was_left_behind_is_sent_by_the_next_process(documents: Documents) -> None:
    broker = CollectedFacts()
    await Outbox(documents, broker).insert("samples", {"_id": "s1"}, [reviewed("s1")], a_cause("c"))
    later = Outbox(documents, broker)
    await later.start()
    await eventually(lambda: len(broker.records) == 1)
    await later.stop()


async def test_an_outage_loses_nothing_and_a_repeat_makes_the_same_event(documents: Documents) -> None:
    broker = CollectedFacts()
    broker.away = "the broker is away"
    outbox = Outbox(documents, broker)
    await outbox.start()
    for n in range(5):
        await outbox.insert("samples", {"_id": f"s{n}"}, [reviewed(f"s{n}")], a_cause(f"c{n}"))
    await eventually(lambda: outbox.reason == "the broker is away")
    broker.away = ""
    await eventually(lambda: len(broker.records) == 5 and outbox.reason == "")
    await outbox.stop()
    again = CollectedFacts()
    other = Outbox(documents, again)
    await other.insert("samples", {"_id": "t"}, [reviewed("s0")], a_cause("c0"))
    await other.flush()
    ids = {event_id(record) for record in broker.records}
    assert len(ids) == 5
    assert event_id(again.records[0]) not in ids  # another document: another event


async def test_facts_added_while_sending_stay(documents: Documents) -> None:
    class Meanwhile(CollectedFacts):
        async def deliver(self, records: Sequence[Record]) -> None:
            if not self.records:
                await outbox.update("samples", "s1", {"$set": {"n": 2}}, [reviewed("s1", 2)], a_cause("c2"))
            await super().deliver(records)

    broker = Meanwhile()
    outbox = Outbox(documents, broker)
    await outbox.insert("samples", {"_id": "s1"}, [reviewed("s1", 1)], a_cause("c1"))
    await outbox.flush()
    await outbox.flush()
    assert [SampleReviewed.FromString(record.value).revision for record in broker.records] == [1, 2]


@pytest.mark.parametrize("many", [450])
async def test_more_than_one_sweep_holds(documents: Documents, many: int) -> None:
    broker = CollectedFacts()
    outbox = Outbox(documents, broker)
    for n in range(many):
        await outbox.insert("samples", {"_id": f"s{n}"}, [reviewed(f"s{n}")], a_cause(f"c{n}"))
    assert await outbox.flush() == many


async def test_what_one_process_wrote_leaves_at_once_and_once_while_another_sweeps(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewell_kit.relay.SWEEP_SECONDS", 0.05)
    mine, others = CollectedFacts(), CollectedFacts()
    writer, other = Outbox(documents, mine), Outbox(documents, others)
    writer.register("samples")
    other.register("samples")
    await writer.start()
    await other.start()
    for n in range(50):
        await writer.insert("samples", {"_id": f"s{n}"}, [reviewed(f"s{n}")], a_cause(f"c{n}"))
    await eventually(lambda: len({event_id(one) for one in mine.records + others.records}) == 50)
    await writer.stop()
    await other.stop()
    assert len(mine.records) + len(others.records) < 100  # without patience every fact would leave twice


async def test_a_sweep_takes_over_what_a_living_process_left_behind(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewell_kit.relay.SWEEP_SECONDS", 0.05)
    broker = CollectedFacts()
    relay = Outbox(documents, broker)
    relay.register("samples")
    await relay.start()
    await eventually(lambda: relay.reason == "")
    dead = Outbox(documents, CollectedFacts())  # never starts its relay
    await dead.insert("samples", {"_id": "s"}, [reviewed("s")], a_cause("c"))
    await eventually(lambda: len(broker.records) == 1)
    await relay.stop()


async def test_stopping_sends_what_this_process_wrote(documents: Documents) -> None:
    broker = CollectedFacts()
    outbox = Outbox(documents, broker)
    await outbox.start()
    await eventually(lambda: outbox.reason == "")
    await outbox.insert("samples", {"_id": "s"}, [reviewed("s")], a_cause("c"))
    await outbox.stop()
    assert len(broker.records) == 1


async def test_a_death_between_sending_and_marking_leaves_nothing_pending(documents: Documents) -> None:
    broker = CollectedFacts()
    outbox = Outbox(documents, broker)
    await outbox.insert("samples", {"_id": "s"}, [reviewed("s")], a_cause("c"))
    await documents.update("samples", "s", {"$set": {"outbox": []}})  # it died before its second update
    assert await Outbox(documents, broker).flush() == 0
    kept = await documents.get("samples", "s")
    assert kept is not None
    assert kept["outbox_pending"] is False


async def test_a_backlog_is_sent_in_bounded_pieces(documents: Documents) -> None:
    class Measuring(CollectedFacts):
        largest = 0

        async def deliver(self, records: Sequence[Record]) -> None:
            self.largest = max(self.largest, len(records))
            await super().deliver(records)

    broker = Measuring()
    outbox = Outbox(documents, broker)
    for n in range(SWEEP_LIMIT * 2 + 1):
        await outbox.insert("samples", {"_id": f"s{n}"}, [reviewed(f"s{n}")], a_cause(f"c{n}"))
    assert await Outbox(documents, broker).flush() == SWEEP_LIMIT * 2 + 1
    assert broker.largest == SWEEP_LIMIT


async def test_very_many_facts_of_one_change_leave_in_seconds(documents: Documents) -> None:
    broker = CollectedFacts()
    outbox = Outbox(documents, broker)
    facts = [reviewed(f"s{n}") for n in range(12_000)]
    await outbox.insert("samples", {"_id": "s"}, facts, a_cause("c"))
    began = time.monotonic()
    assert await outbox.flush() == 12_000
    assert time.monotonic() - began < 40  # with `$pull` the embedded database took more than a minute
    assert await outbox.flush() == 0


async def test_two_relays_at_once_lose_nothing_that_comes_meanwhile(documents: Documents) -> None:
    async def add(first: int) -> None:
        for n in range(first, first + 20):
            change = {"$set": {"n": n}}
            await writer.update("samples", "s", change, [reviewed("s", n)], a_cause(f"c{n}"))

    first, second = CollectedFacts(), CollectedFacts()
    writer, other = Outbox(documents, first), Outbox(documents, second)
    await writer.insert("samples", {"_id": "s"}, [], a_cause("c"))

    async def relay(outbox: Outbox) -> None:
        for _ in range(15):
            await outbox.flush()

    await asyncio.gather(add(0), add(100), relay(writer), relay(other))
    await writer.flush()
    revisions = {SampleReviewed.FromString(r.value).revision for r in [*first.records, *second.records]}
    assert revisions == {*range(20), *range(100, 120)}
    kept = await documents.get("samples", "s")
    assert kept is not None
    assert (kept["outbox"], kept["outbox_pending"]) == ([], False)
