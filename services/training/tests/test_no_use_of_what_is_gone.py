"""Whatever order facts come in, whoever is killed in between: nothing in service rests on what is gone."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.mesh.v1.mesh_pb2 import ModelVersion, Subject
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PURPOSE_OWN_TRAINING, PURPOSE_UNSPECIFIED
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1.training_pb2 import VERDICT_WAITS, TrainingCompleted, TrainingRequested
from framewell_kit.outcomes import Conflict, Outcome, Rejected
from framewell_kit.testing.erasures import erasure_plan

NAME = "identity/people"


class Killed(BaseException):
    """The process is gone at this write."""


def withdrawn(number: int, superseded_by: str = "") -> SnapshotWithdrawn:
    return SnapshotWithdrawn(
        snapshot_id=f"snapshot-{number}",
        dataset_id="people",
        reason="no contract",
        superseded_by=superseded_by,
    )


async def in_service(bench) -> str:
    document = await bench.documents.get("in_service", NAME)
    return document["version"] if document is not None else ""


async def check(bench) -> None:
    """Assert that what serves rests on nothing that is gone, and that the last fact says the same."""
    version = await in_service(bench)
    last = max(
        [*bench.facts.of(ModelPromoted), *bench.facts.of(ModelRetired)],
        key=lambda fact: fact.revision,
        default=None,
    )
    assert version == ("" if last is None or isinstance(last, ModelRetired) else last.model.version)
    if not version:
        return
    model = await bench.documents.get("models", f"{NAME}@{version}")
    assert "withdrawn" not in model
    assert not model["draft"]
    assert "withdrawn" not in await bench.documents.get("snapshots", model["snapshot_id"])
    subjects = [row["subject"] for row in await bench.documents.find("sources", {"run_id": model["run_id"]})]
    assert subjects
    gone = await bench.documents.find("tombstones", {"_id": {"$in": subjects}})
    assert not gone, f"{version} rests on {gone}"


async def deliver(bench, fact: Message, cause: str) -> None:
    """Deliver as often as it takes: what raises comes again."""
    for _ in range(20):
        try:
            await bench.deliver(fact, bench.cause(cause))
        except Outcome:
            continue
        return
    raise AssertionError(f"{type(fact).__name__} cannot be delivered")


async def story(bench, cast) -> list[Message]:
    """Return facts that take away most of what they bring: at the end snapshot four alone may be used."""
    anna, bert = cast.crops("anna", ["news-1", "news-2"]), cast.crops("bert", ["news-1", "news-3"])
    carl = cast.crops("carl", ["late"])
    return [
        await bench.snapshot(anna, number=1),
        await bench.snapshot(anna + bert, number=2),
        await bench.snapshot(anna + bert + carl, number=3),
        withdrawn(2, "snapshot-3"),
        withdrawn(1),
        erasure_plan(class_ids=["carl"]),
        AssetRemoved(asset_id="asset-news-3"),
        await bench.snapshot(cast.crops("anna", ["fresh"]), number=4),
    ]


@pytest.mark.parametrize("seed", range(12))
async def test_in_any_order_and_twice(cast, take_over, seed: int) -> None:
    order = random.Random(seed)
    async with take_over() as bench:
        facts = list(enumerate(await story(bench, cast)))
        order.shuffle(facts)
        again = order.sample(facts, 4)
        for number, fact in (*facts, *again):
            await deliver(bench, fact, f"fact-{number}")
            if order.random() < 0.5:
                await bench.settle()
                await check(bench)
        await bench.settle()
        await check(bench)
        assert (await bench.documents.get("models", f"{NAME}@{await in_service(bench)}"))[
            "snapshot_number"
        ] == 4
        before = bench.facts.messages
        for number, fact in facts:
            await deliver(bench, fact, f"fact-{number}")
        await bench.settle()
        assert bench.facts.messages == before, "a replay from the start changes nothing"


@pytest.mark.parametrize("first_kill", range(0, 160, 8))
async def test_killed_at_any_write(cast, take_over, first_kill: int) -> None:
    """One process after the other dies at a write, and the next takes the same facts up again."""
    async with take_over() as first:
        facts = await story(first, cast)
        bench, kill = first, first_kill
        for number, fact in enumerate(facts):
            for _ in range(30):
                restore = _kill_at(bench, kill)
                try:
                    await bench.deliver(fact, bench.cause(f"fact-{number}"))
                    await bench.settle()
                except Killed:
                    kill = first_kill + 5
                    bench.clock.advance(3600)
                except Outcome:
                    pass
                else:
                    restore()
                    break
                restore()
                async with take_over(bench) as successor:
                    bench = successor
            kill = max(kill - 3, 0)
        async with take_over(bench) as last:
            for _ in range(3):
                await last.settle()
                last.clock.advance(3600)
            for number, fact in enumerate(facts):
                await deliver(last, fact, f"fact-{number}")
            await last.settle()
            await check(last)
            assert await in_service(last)
            left = [key for key in last.objects._objects if key.endswith(".safetensors")]
            assert not left


def _kill_at(bench, write: int):
    """Let the process die at a write of its own; return what ends that."""
    documents, left = bench.documents, [write]
    own = {name: getattr(documents, name) for name in ("update", "insert_once", "insert_each_once")}

    def dying(name: str):
        async def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return await own[name](*args, **kwargs)

        return call

    for name in own:
        setattr(documents, name, dying(name))

    def restore() -> None:
        for name in own:
            delattr(documents, name)

    return restore


# --- one way each


async def test_its_successor_that_only_waited_follows_at_once(training, cast) -> None:
    """It was judged while its predecessor served and brought nothing new; now that one has to leave."""
    crops = cast.crops("anna", ["news-1"]) + cast.crops("anna", ["news-2"])
    first = await training.publish(crops)
    await training.publish(crops[:3])
    assert training.facts.of(TrainingCompleted)[-1].verdict == VERDICT_WAITS
    await training.deliver(withdrawn(1, "snapshot-2"))
    assert first.snapshot_id == "snapshot-1"
    assert training.facts.of(ModelPromoted)[-1].model.version == "2.0"
    assert training.facts.of(ModelPromoted)[-1].actor.principal == "rule:rights"
    await check(training)


async def test_what_a_person_went_back_from_is_no_successor(training, cast) -> None:
    anna = cast.crops("anna", ["news-1"])
    await training.publish(anna)
    await training.publish(anna)
    await training.publish(anna + cast.crops("bert", ["news-2"]))
    await training.call("Rollback", messages.RollbackRequest(name=NAME))
    assert await in_service(training) == "1.0"
    await training.deliver(withdrawn(1))
    assert await in_service(training) == "2.0", "the one that only waited"
    await training.deliver(withdrawn(2))
    assert await in_service(training) == "", "not the one that a person took out"


async def test_an_earlier_version_serves_until_the_successor_is_there_whatever_its_margin(
    training, cast
) -> None:
    anna = cast.crops("anna", ["news-1"])
    await training.publish(anna)
    await training.publish(anna + cast.crops("bert", ["news-2"]))
    await training.deliver(withdrawn(2, "snapshot-3"))
    assert training.facts.of(ModelPromoted)[-1].model.version == "1.0"
    await training.publish(anna)
    assert training.facts.of(ModelPromoted)[-1].model.version == "3.0"
    completed = training.facts.of(TrainingCompleted)[-1]
    assert any("had to leave service" in one.sentence for one in completed.checks)


async def test_a_withdrawal_while_a_version_enters_keeps_it_out(training, cast) -> None:
    update = training.documents.update

    async def meanwhile(collection: str, *args: Any, **kwargs: Any) -> Any:
        after = await update(collection, *args, **kwargs)
        if collection == "in_service" and args[1]["$set"].get("candidate"):
            training.documents.update = update
            await training.deliver(withdrawn(1))
        return after

    training.documents.update = meanwhile
    await training.publish(cast.crops("anna", ["news-1"]))
    assert not training.facts.of(ModelPromoted), "not even for a moment"
    assert training.facts.of(TrainingCompleted)[-1].outcome.failed.code == "snapshot_withdrawn"
    await check(training)


@pytest.mark.parametrize(
    ("gone", "code"),
    [
        (erasure_plan(class_ids=["bert"]), "source_erased"),
        (erasure_plan(asset_ids=["asset-news-1"]), "source_erased"),
        (AssetRemoved(asset_id="asset-news-1"), "source_removed"),
        (AssetRemoved(asset_id="asset-3"), "source_removed"),
    ],
)
async def test_what_is_gone_before_training_is_not_learned(training, cast, gone, code) -> None:
    await training.deliver(gone)
    await training.publish(cast.crops("bert", ["news-1"]), cast.background(12))
    (completed,) = training.facts.of(TrainingCompleted)
    assert completed.outcome.failed.code == code
    assert not training.facts.of(ModelPromoted)
    assert not [key for key in training.objects._objects if key.endswith((".onnx", ".md", ".yaml", ".pb"))]


@pytest.mark.parametrize("store", ["runs", "models", "sources", "in_service"])
async def test_an_erasure_at_any_write_of_a_run_leaves_nothing_of_it(training, cast, store) -> None:
    done = []
    own = {name: getattr(training.documents, name) for name in ("update", "insert_once", "insert_each_once")}

    def meanwhile(name: str):
        async def call(collection: str, *args: Any, **kwargs: Any) -> Any:
            if collection == store and not done:
                done.append(store)
                await training.deliver(erasure_plan(class_ids=["bert"]))
            return await own[name](collection, *args, **kwargs)

        return call

    for name in own:
        setattr(training.documents, name, meanwhile(name))
    await training.publish(cast.crops("bert", ["news-1"]))
    assert done
    await training.settle()
    assert await in_service(training) == ""
    assert not [key for key in training.objects._objects if key.endswith((".onnx", ".md", ".yaml", ".pb"))]
    assert not await training.documents.find("sources", {})
    for collection in ("models", "runs"):
        assert b"bert" not in repr(await training.documents.find(collection, {})).encode()


async def test_an_erasure_while_a_challenge_trains_ends_it_at_its_next_checkpoint(training, cast) -> None:
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    await training.deliver(await training.snapshot(crops, cast.background(90), recipe=""))
    request = TrainingRequested(
        dataset_id="people", recipe="identity", parameters={"epochs": "5000", "challengers": "linear"}
    )
    await training.call("StartTraining", messages.StartTrainingRequest(request=request))
    working = asyncio.create_task(training.settle())
    challenge = await training.running_challenge()
    await training.deliver(erasure_plan(class_ids=["person-3"]))
    await working
    ended = next(one for one in training.facts.of(TrainingCompleted) if one.run_id == challenge.run_id)
    assert ended.outcome.failed.code == "source_erased"
    assert not [key for key in training.objects._objects if key.endswith((".safetensors", ".onnx"))]
    assert await in_service(training) == ""


async def test_a_holder_that_is_erased_takes_what_it_was_paid_for_along(training, cast) -> None:
    due = {"holder": "Archiv", "pay_model": "per_use", "amount": "1", "currency": "EUR"}
    owed = {"anna/news-1": [{**due, "issuer": "Archiv", "statement_id": "1", "revision": 1}]}
    await training.publish(cast.crops("anna", ["news-1"]), owed=owed)
    rows = await training.documents.find("sources", {})
    (holder,) = [row["subject"] for row in rows if row["subject"].startswith("holder:")]
    plan = erasure_plan(name_hashes=[holder.removeprefix("holder:")], subject=Subject(holder="Archiv"))
    await training.deliver(plan)
    assert await in_service(training) == ""
    assert "Archiv" not in repr(await training.documents.find("sources", {}))


@pytest.mark.parametrize(("purpose", "word"), [(PURPOSE_ANALYSIS, "analysis"), (PURPOSE_UNSPECIFIED, "none")])
async def test_a_snapshot_of_another_purpose_is_not_trained_on(training, cast, purpose, word) -> None:
    crops = cast.crops("anna", ["news-1"])
    await training.deliver(await training.snapshot(crops, purpose=purpose))
    await training.settle()
    (completed,) = training.facts.of(TrainingCompleted)
    assert completed.outcome.failed.code == "other_purpose"
    assert f"published for the purpose {word}; recipe identity learns from snapshots for own_training" in (
        completed.outcome.failed.detail
    )
    request = TrainingRequested(dataset_id="people", recipe="identity")
    with pytest.raises(Rejected, match="own_training alone"):
        await training.call("StartTraining", messages.StartTrainingRequest(request=request))
    await training.deliver(request)
    assert training.facts.of(TrainingCompleted)[-1].outcome.failed.code == "other_purpose"
    assert not training.facts.of(ModelPromoted)
    assert purpose != PURPOSE_OWN_TRAINING


async def test_a_run_taken_up_again_after_a_rollback_does_not_overrule_the_person(training, cast) -> None:
    """*Replayed completion*: its worker died after it promoted, and a person went back meanwhile."""
    await training.publish(cast.crops("anna", ["news-1"]))
    await training.publish(cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"]))
    await training.call("Rollback", messages.RollbackRequest(name=NAME))
    run_id = training.facts.of(TrainingCompleted)[-1].run_id
    await training.documents.update(
        "runs", run_id, {"$set": {"state": "running"}, "$unset": {"completed": ""}}
    )
    job = (await training.documents.find("jobs", {"key": run_id}))[0]
    await training.documents.delete("jobs", job["_id"])
    await training.jobs.put(job["kind"], run_id, job["payload"], cause=training.cause(), lane=job["lane"])
    await training.settle()
    assert await in_service(training) == "1.0"


async def _damage(training, store: str) -> None:
    model = await training.documents.get("models", f"{NAME}@2.0")
    completed = TrainingCompleted.FromString(bytes(model["completed"]))
    change: dict[str, Any] = {}
    if store == "graph":
        training.objects._objects[completed.artefact.key] = b"not what it was"
    elif store == "gone":
        await training.objects.delete(completed.artefact.key)
    elif store == "classes":
        change = {"classes": ["anna", "somebody"]}
    elif store == "dataset":
        completed.dataset_id = "others"
        change = {"completed": completed.SerializeToString()}
    if change:
        await training.documents.update("models", f"{NAME}@2.0", {"$set": change})


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("graph", "the graph of identity/people@2.0 is damaged"),
        ("gone", "the graph of identity/people@2.0 is gone"),
        ("classes", "names another version, other classes or another graph"),
        ("dataset", "was made from dataset others"),
    ],
)
async def test_a_damaged_or_foreign_model_does_not_enter_by_hand_either(training, cast, store, says) -> None:
    crops = cast.crops("anna", ["news-1"])
    await training.publish(crops)
    await training.publish(crops)
    await _damage(training, store)
    with pytest.raises(Conflict, match=says):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="2.0")))
    assert await in_service(training) == "1.0"


async def test_one_in_service_whose_graph_is_damaged_is_left_to_a_person(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    promoted = training.facts.of(ModelPromoted)[-1]
    training.objects._objects[promoted.artefact.key] = b"not what it was"
    await training.publish(cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"]))
    completed = training.facts.of(TrainingCompleted)[-1]
    assert completed.verdict == VERDICT_WAITS
    (sentence,) = [one.sentence for one in completed.checks if one.check == "comparable_with_service"]
    assert "the graph of identity/people@1.0 is damaged" in sentence


async def test_of_two_promotions_at_once_one_is_told_to_look_again(training, cast) -> None:
    crops = cast.crops("anna", ["news-1"])
    for _ in range(3):
        await training.publish(crops)
    wanted = [ModelVersion(name=NAME, version=version) for version in ("2.0", "3.0")]
    answers = await asyncio.gather(
        *(training.call("Promote", messages.PromoteRequest(model=one)) for one in wanted),
        return_exceptions=True,
    )
    served = [one for one in answers if not isinstance(one, BaseException)]
    assert 1 <= len(served) <= 2
    revisions = [fact.revision for fact in training.facts.of(ModelPromoted)]
    assert sorted(revisions) == list(range(1, len(revisions) + 1)), "each change has its own revision"
    await check(training)
