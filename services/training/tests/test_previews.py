"""A run is described before it is started, and one run is read whole."""

from __future__ import annotations

import pytest

from framewell.rights.v1.rights_pb2 import PURPOSE_SHARING
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1.training_pb2 import TrainingCompleted, TrainingRequested
from framewell_kit.outcomes import NotFound, Rejected

NEWS = ["news-1", "news-2"]


async def preview(training, **request: object) -> messages.PreviewTrainingResponse:
    wanted = {"dataset_id": "people", "recipe": "identity", **request}
    return await training.call(
        "PreviewTraining", messages.PreviewTrainingRequest(request=TrainingRequested(**wanted))
    )


def owed(holder: str, amount: str) -> dict[str, object]:
    return {
        "holder": holder,
        "pay_model": "per_use",
        "amount": amount,
        "currency": "EUR",
        "issuer": "archive",
        "statement_id": "c-1",
        "revision": 1,
    }


async def test_a_preview_says_what_is_learned_what_it_costs_and_starts_nothing(training, cast) -> None:
    crops = cast.crops("anna", NEWS) + cast.crops("bert", ["news-2"])
    pay = {"anna/news-1": [owed("Kanal Eins", "0.10")], "anna/news-2": [owed("Kanal Eins", "0.20")]}
    await training.publish(crops, cast.background(4), owed=pay)
    runs = (await training.call("ListRuns", messages.ListRunsRequest())).total_size
    found = await preview(training, seed=9)
    assert (found.snapshot_id, found.snapshot_number) == ("snapshot-1", 1)
    assert (found.sample_count, found.class_count, found.programme_count, found.unnamed_count) == (3, 2, 2, 4)
    assert [(one.class_id, one.sample_count, one.programme_count) for one in found.classes] == [
        ("anna", 2, 2),
        ("bert", 1, 1),
    ]
    assert [(one.holder, one.amount, one.sample_count) for one in found.pay] == [("Kanal Eins", "0.30", 2)]
    assert not found.refusals
    assert not found.challenge
    assert "20 are needed" in found.no_challenge_because
    assert found.estimated_from == 1
    assert not found.HasField("known"), "another seed is another run"
    assert (await training.call("ListRuns", messages.ListRunsRequest())).total_size == runs


async def test_a_preview_of_what_ran_before_names_that_run(training, cast) -> None:
    await training.publish(cast.crops("anna", NEWS))
    found = await preview(training)
    assert found.known.run_id == found.run_id
    assert found.known.state == messages.RUN_STATE_DONE


async def test_a_preview_says_why_a_run_would_end_without_a_model(training, cast) -> None:
    await training.publish(cast.crops("anna", NEWS))
    await training.publish([])
    empty = await preview(training, seed=1)
    assert empty.refusals == ["Snapshot 2 holds no sample to learn from: accept samples first."]
    assert not empty.HasField("estimate")
    await training.deliver(
        SnapshotWithdrawn(snapshot_id="snapshot-1", dataset_id="people", reason="a late no")
    )
    gone = await preview(training, snapshot_id="snapshot-1")
    assert gone.refusals == ["snapshot snapshot-1 was withdrawn: a late no"]
    assert [one.template for one in gone.refusal_wordings] == ["withdrawn.snapshot"]


async def test_a_preview_refuses_what_cannot_be_a_run(training, cast) -> None:
    with pytest.raises(NotFound, match="publish one first"):
        await preview(training)
    await training.publish(cast.crops("anna", NEWS))
    with pytest.raises(NotFound):
        await preview(training, snapshot_id="snapshot-77")
    with pytest.raises(Rejected, match="no recipe"):
        await preview(training, recipe="alchemy")
    with pytest.raises(Rejected):
        await preview(training, parameters={"hit": "-4"})
    await training.deliver(
        await training.snapshot(cast.crops("anna", NEWS), number=5, purpose=PURPOSE_SHARING, recipe="")
    )
    with pytest.raises(Rejected, match="published for the purpose"):
        await preview(training, snapshot_id="snapshot-5")


async def test_one_run_says_who_asked_when_it_ran_and_what_it_stood_beside(training, cast) -> None:
    crops = cast.crops("anna", NEWS)
    await training.publish(crops, cast.background(30))
    await training.publish(crops, cast.background(30))
    last = training.facts.of(TrainingCompleted)[-1]
    run = (await training.call("GetRun", messages.GetRunRequest(run_id=last.run_id))).run
    assert run.step == "centroid"
    assert run.started_at.seconds
    assert run.ended_at.seconds
    beside = run.completed.comparison
    assert beside.version == "1.0"
    assert [one.name for one in beside.rates] == ["recall", "wrong_name_rate", "false_name_rate"]
    strangers = beside.rates[2]
    assert (strangers.candidate_count, strangers.in_service_count, strangers.trials) == (0, 0, 30)
    first = training.facts.of(TrainingCompleted)[0]
    assert not first.HasField("comparison"), "nothing was in service"
    with pytest.raises(NotFound, match="there is no run"):
        await training.call("GetRun", messages.GetRunRequest(run_id="none"))


async def test_a_run_by_hand_carries_whoever_calls_whatever_the_request_claims(training, cast) -> None:
    await training.publish(cast.crops("anna", NEWS))
    request = TrainingRequested(dataset_id="people", recipe="identity", seed=3)
    request.actor.principal, request.actor.authority = "the director", "admin"
    run = (await training.call("StartTraining", messages.StartTrainingRequest(request=request))).run
    assert run.requested_by.principal not in {"", "the director"}


async def test_dependents_are_the_models_of_a_snapshot_and_the_runs_on_it(training, cast) -> None:
    await training.publish(cast.crops("anna", NEWS))
    await training.publish(cast.crops("anna", NEWS) + cast.crops("bert", NEWS))
    request = messages.ListDependentsRequest(snapshot_ids=["snapshot-1", "snapshot-2", "snapshot-1", "none"])
    found = await training.call("ListDependents", request)
    assert [(one.model.version, one.in_service) for one in found.models] == [("2.0", True), ("1.0", False)]
    assert not found.runs


async def test_a_challenge_tells_its_loss_epoch_by_epoch(training, cast) -> None:
    programmes = [f"news-{number}" for number in range(8)]
    crops = [crop for name in ("anna", "bert", "carla", "dora") for crop in cast.crops(name, programmes)]
    await training.publish(crops, cast.background(60))
    runs = (await training.call("ListRuns", messages.ListRunsRequest())).runs
    (challenge,) = [run for run in runs if run.step == "challenge"]
    epochs = [one.epoch for one in challenge.epochs]
    assert epochs == list(range(1, len(epochs) + 1))
    assert len(epochs) > 1
    assert challenge.epochs[-1].loss < challenge.epochs[0].loss
