"""Whoever asks to forget gets one answer from every service, whatever is killed or comes again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasurePlanned
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.erasure import Erase, compact_after_erasures
from framewell_kit.facts import Cause
from framewell_kit.holdings import EraseEachAsset, Holding, Holdings
from framewell_kit.kit_holdings import complete
from framewell_kit.outcomes import Busy, Rejected
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.failing import failing
from framewell_kit.testing.streams import a_cause
from framewell_kit.tombstones import Going, Tombstones


@dataclass
class Crops:
    """A store of crops by asset, which sees whether a tombstone was there before anything went."""

    tombstones: Tombstones
    held: dict[str, int] = field(default_factory=dict)

    async def __call__(self, asset_id: str) -> Mapping[str, int]:
        assert await self.tombstones.find(f"asset:{asset_id}"), "erased before the tombstone was written"
        return {"crops": self.held.pop(asset_id, 0)}


class Service:
    """Erases crops of assets; `documents` may break off."""

    def __init__(self, documents: Documents | None = None, held: dict[str, int] | None = None) -> None:
        self.documents = documents or MemoryDocuments()
        self.tombstones = Tombstones(self.documents, HeldClock())
        self.crops = Crops(self.tombstones, {"a": 3, "b": 4} if held is None else held)
        table = Holdings((Holding("crops", "faces", EraseEachAsset(self.crops)),))
        self.erase = Erase("dataset", table, self.tombstones, self.documents)

    async def answers(self, plan: ErasurePlanned) -> list[ErasureCompleted]:
        facts = await self.erase(plan, a_cause())
        return [fact.message for fact in facts if isinstance(fact.message, ErasureCompleted)]


def part(number: int, of: int, asset_id: str) -> ErasurePlanned:
    plan = erasure_plan(asset_ids=[asset_id])
    plan.part, plan.parts = number, of
    return plan


async def test_a_service_says_by_store_what_it_erased() -> None:
    (completed,) = await Service().answers(erasure_plan(asset_ids=["a"]))
    assert (completed.erasure_id, completed.service) == ("erasure of plan", "dataset")
    assert completed.subject == Subject(asset_id="a")
    assert [(one.kind, one.count) for one in completed.counts] == [("crops", 3)]


async def test_one_answer_comes_after_the_last_part_in_whatever_order() -> None:
    service = Service()
    assert await service.answers(part(2, 2, "b")) == []
    (completed,) = await service.answers(part(1, 2, "a"))
    assert [(one.kind, one.count) for one in completed.counts] == [("crops", 7)]


async def test_a_replay_says_the_same_under_the_same_event_id() -> None:
    service, plan = Service(), erasure_plan(asset_ids=["a"])
    (first,) = await service.erase(plan, a_cause())
    (again,) = await service.erase(plan, a_cause())
    assert first == again


async def test_what_came_in_between_goes_with_a_replay_and_is_not_counted_twice() -> None:
    service, plan = Service(), erasure_plan(asset_ids=["a"])
    await service.answers(plan)
    service.crops.held["a"] = 1
    (completed,) = await service.answers(plan)
    assert [one.count for one in completed.counts] == [3]
    assert "a" not in service.crops.held


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fails_at", range(7))
async def test_an_erasure_that_was_killed_is_finished_by_its_redelivery(fails_at: int, after: bool) -> None:
    documents, held = MemoryDocuments(), {"a": 3}
    store, broken = failing(documents, fails_at, after=after)
    with_failure, plan = Service(store, held), erasure_plan(asset_ids=["a"])
    try:
        await with_failure.answers(plan)
    except Busy:
        assert broken.broke
    (completed,) = await Service(documents, held).answers(plan)
    assert not held
    assert completed.counts[0].count in (0, 3)
    assert (await Service(documents, held).answers(plan)) == [completed]


async def test_tombstones_stand_for_assets_classes_names_and_holders() -> None:
    service = Service()
    plan = erasure_plan(class_ids=["c"], asset_ids=["a"], name_hashes=["h"])
    await service.answers(plan)
    subjects = ["asset:a", "class:c", "name:h"]
    assert await service.tombstones.among([*subjects, "asset:b"]) == set(subjects)
    await service.answers(erasure_plan("p2", name_hashes=["h2"], subject=Subject(holder="Agentur")))
    assert await service.tombstones.find("holder:h2")
    assert "Agentur" not in str(await service.documents.find("erasures", {}))


async def test_what_was_removed_is_erased_from_then_on() -> None:
    service = Service()
    await service.tombstones.put("asset:a", Going.REMOVED, "removal")
    await service.answers(erasure_plan(asset_ids=["a"]))
    found = await service.tombstones.find("asset:a")
    assert found is not None
    assert found.going is Going.ERASED
    assert "erased" in found.sentence


@pytest.mark.parametrize("plan", [ErasurePlanned(part=1, parts=1), part(0, 1, "a"), part(3, 2, "a")])
async def test_a_part_of_no_plan_is_refused(plan: ErasurePlanned) -> None:
    with pytest.raises(Rejected, match="belongs to no plan"):
        await Service().answers(plan)


def test_a_store_is_erased_or_kept_for_a_reason_and_declared_once() -> None:
    with pytest.raises(ValueError, match="either erased by somebody or kept"):
        Holding("crops", "faces")
    with pytest.raises(ValueError, match="declared twice: crops"):
        Holdings((Holding("crops", kept="x"), Holding("crops", kept="y")))


async def test_an_eraser_runs_once_and_counts_its_own_stores_alone() -> None:
    calls: list[str] = []

    async def forget(asset_id: str) -> Mapping[str, int]:
        calls.append(asset_id)
        return {"names": 1, "vectors": 2}

    eraser = EraseEachAsset(forget)
    both = Holdings((Holding("names", "x", eraser), Holding("vectors", "x", eraser)))
    assert await both.erase(erasure_plan(asset_ids=["a"]), a_cause()) == {"names": 1, "vectors": 2}
    assert calls == ["a"]
    with pytest.raises(ValueError, match="gives to another"):
        await Holdings((Holding("names", "x", eraser),)).erase(erasure_plan(asset_ids=["a"]), a_cause())


async def test_jobs_of_an_erased_asset_go_when_they_have_ended_and_say_nothing_while_they_run() -> None:
    documents, cause = MemoryDocuments(), Cause("c", "s", "t", HeldClock().now())
    for name, key, queue in (
        ("fetch/a", "a", "fetch/running"),
        ("plan/a/1", "a/1", "plan/waiting/live"),
        ("publish/people", "people", "publish/waiting/archive"),
        ("complete/x", "x", "complete/done"),
    ):
        kind = name.partition("/")[0]
        await documents.insert_once(
            "jobs",
            {
                "_id": name,
                "kind": kind,
                "key": key,
                "queue": queue,
                "cause": {"subject": "a"},
                "payload": {"title": "Abendschau"},
            },
        )
    table = complete(Holdings(), documents)
    assert await table.erase(erasure_plan(asset_ids=["a"]), cause) == {"jobs": 1}
    left = {one["_id"]: one["payload"] for one in await documents.find("jobs", {})}
    assert left == {"fetch/a": {}, "plan/a/1": {}, "publish/people": {"title": "Abendschau"}}


async def test_the_database_is_compacted_once_after_an_erasure() -> None:
    service = Service()
    assert not await compact_after_erasures(service.documents)
    await service.answers(erasure_plan(asset_ids=["a"]))
    assert await compact_after_erasures(service.documents)
    assert not await compact_after_erasures(service.documents)
