"""Runs: asked for, the same ones found again, taken over, cancelled, paid for."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.rights.v1.rights_pb2 import PAY_MODEL_PER_USE, StatementRef
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1.training_pb2 import (
    TrainingCompleted,
    TrainingRequested,
)
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_kit.outcomes import NotYet, Rejected

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
LEASE_IS_OVER_SECONDS = 3600


async def test_what_is_owed_per_use_is_recorded_once_a_run(training, cast) -> None:
    due = {
        "holder": "Archiv",
        "amount": "0.05",
        "currency": "EUR",
        "issuer": "Archiv",
        "statement_id": "4711",
        "revision": 2,
    }
    owed = {
        "anna/news-1": [{**due, "pay_model": "per_use"}],
        "anna/news-2": [{**due, "pay_model": "flat"}],
    }
    await training.publish(cast.crops("anna", ["news-1", "news-2"]), owed=owed)
    (recorded,) = training.facts.of(UsageRecorded)
    run_id = training.facts.of(TrainingCompleted)[0].run_id
    assert (recorded.holder, recorded.run_id, recorded.sample_id) == ("Archiv", run_id, "anna/news-1")
    assert recorded.statement == StatementRef(issuer="Archiv", statement_id="4711", revision=2)
    assert (recorded.rate.amount, recorded.rate.model) == ("0.05", PAY_MODEL_PER_USE)


async def test_recipes_and_parameters_that_do_not_exist_are_refused_by_name(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))

    async def start(**fields: Any) -> Any:
        request = TrainingRequested(dataset_id="people", **fields)
        return await training.call("StartTraining", messages.StartTrainingRequest(request=request))

    with pytest.raises(Rejected, match="no recipe 'classifier'; there is identity"):
        await start(recipe="classifier")
    with pytest.raises(Rejected, match="knows no parameter depth; it has hit, review"):
        await start(recipe="identity", parameters={"depth": "4"})
    with pytest.raises(NotYet, match="not heard of snapshot snapshot-7"):
        await start(recipe="identity", snapshot_id="snapshot-7")
    await training.deliver(TrainingRequested(dataset_id="people", recipe="classifier"))
    assert training.facts.of(TrainingCompleted)[-1].outcome.failed.code == "unknown_recipe"


async def test_the_same_request_is_the_same_run_and_another_seed_is_not(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    ids = []
    for seed in (0, 5, 5):
        training.clock.advance(1)
        request = TrainingRequested(dataset_id="people", recipe="identity", seed=seed)
        answer = await training.call("StartTraining", messages.StartTrainingRequest(request=request))
        ids.append(answer.run.run_id)
    assert ids[0] == training.facts.of(TrainingCompleted)[0].run_id
    assert len(set(ids)) == 2
    await training.settle()
    listed = await training.call("ListRuns", messages.ListRunsRequest(page_size=1))
    assert listed.runs[0].run_id == ids[1]
    rest = await training.call("ListRuns", messages.ListRunsRequest(page_token=listed.next_page_token))
    assert [run.run_id for run in rest.runs] == [ids[0]]
    assert listed.total_size == rest.total_size == 2
    for states, count in (
        ([messages.RUN_STATE_DONE], 2),
        ([messages.RUN_STATE_FAILED, messages.RUN_STATE_QUEUED], 0),
    ):
        found = await training.call("ListRuns", messages.ListRunsRequest(state=states))
        assert found.total_size == len(found.runs) == count
    seen = [
        answer.run.state
        async for answer in training.stream("WatchRun", messages.WatchRunRequest(run_id=ids[1]))
    ]
    assert seen == [messages.RUN_STATE_DONE]


async def test_a_challenge_follows_where_there_is_something_to_win(training, cast) -> None:
    cast.photo = lambda name: [
        float(x) for x in cast.person(name) + cast.random.standard_normal(128) * (0.44 / np.sqrt(128))
    ]
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    await training.publish(crops, cast.background(90))
    assert [one.model.version for one in training.facts.of(ModelPromoted)] == ["1.0", "1.1"]
    first, second = training.facts.of(TrainingCompleted)
    assert (first.model.version, second.model.version) == ("1.0", "1.1")
    kept = [key for key in training.objects._objects if key.endswith(".safetensors")]
    assert not kept, "an ended run leaves no checkpoint"


async def test_a_run_taken_over_by_another_worker_ends_with_the_same_measures(cast, take_over) -> None:
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    background = cast.background(90)
    async with take_over() as undisturbed:
        await begin_challenge(undisturbed, crops, background, epochs=40)
        await undisturbed.settle()
        whole = undisturbed.facts.of(TrainingCompleted)[-1]
    async with take_over() as first:
        await begin_challenge(first, crops, background, epochs=40)
        working = asyncio.create_task(first.settle())
        await first.running_challenge()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        async with take_over(first) as second:
            await second.settle()  # a lease is over once somebody has seen it long enough without a renewal
            second.clock.advance(LEASE_IS_OVER_SECONDS)
            await second.settle()
            resumed = second.facts.of(TrainingCompleted)[-1]
            (job,) = await second.documents.find("jobs", {"kind": "train-challenge"})
            assert job["epoch"] > 1
    for completed in (whole, resumed):
        completed.ClearField("duration")
    assert whole == resumed


async def test_a_cancelled_run_says_so(training, cast) -> None:
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    await begin_challenge(training, crops, cast.background(90), epochs=5000)
    working = asyncio.create_task(training.settle())
    challenge = await training.running_challenge()
    assert challenge.stage_wording.template == "stage.epoch"
    assert dict(challenge.stage_wording.params) == {
        "epoch": challenge.stage.split()[1],
        "epochs": "5000",
    }
    await training.call("CancelRun", messages.CancelRunRequest(run_id=challenge.run_id))
    await working
    ended = next(one for one in training.facts.of(TrainingCompleted) if one.run_id == challenge.run_id)
    assert (ended.outcome.failed.code, ended.outcome.failed.detail) == ("cancelled", "anna cancelled the run")
    assert ended.outcome.failed.wording.template == "run_stopped.cancelled"


async def begin_challenge(training, crops, background, *, epochs: int) -> None:
    """Ask for a run whose challenge trains a linear head for so many epochs."""
    await training.deliver(await training.snapshot(crops, background, recipe=""))
    request = TrainingRequested(
        dataset_id="people",
        recipe="identity",
        seed=1,
        parameters={"epochs": str(epochs), "challengers": "linear"},
    )
    await training.call("StartTraining", messages.StartTrainingRequest(request=request))
