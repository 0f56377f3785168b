"""What must not be learned any more stops, is marked and leaves service."""

from __future__ import annotations

from typing import Any

import pytest

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1.training_pb2 import (
    VERDICT_PROMOTED,
    TrainingCompleted,
    TrainingRequested,
)
from framewell_contracts.sentences import say, wording_of
from framewell_kit.outcomes import Conflict
from framewell_kit.testing.erasures import erasure_plan

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
NAME = "identity/people"


async def test_a_superseded_snapshots_model_leaves_at_once_and_its_successor_follows(training, cast) -> None:
    crops = cast.crops("anna", ["news-1"]) + cast.crops("anna", ["news-2"])
    first = await training.publish(crops)
    await training.deliver(
        SnapshotWithdrawn(
            snapshot_id=first.snapshot_id,
            dataset_id="people",
            reason="contract 4711 ended",
            superseded_by="next",
        )
    )
    assert [one.model.version for one in training.facts.of(ModelRetired)] == ["1.0"], "it leaves at once"
    await training.publish(crops[:3])
    completed = training.facts.of(TrainingCompleted)[-1]
    assert completed.verdict == VERDICT_PROMOTED
    assert training.facts.of(ModelPromoted)[-1].model.version == "2.0"
    with pytest.raises(Conflict, match="must not be used"):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="1.0")))


async def test_a_withdrawn_snapshot_without_successor_takes_its_model_out_of_service(training, cast) -> None:
    first = await training.publish(cast.crops("anna", ["news-1"]))
    withdrawn = SnapshotWithdrawn(snapshot_id=first.snapshot_id, dataset_id="people", reason="no contract")
    cause = training.cause()
    await training.deliver(withdrawn, cause)
    await training.deliver(withdrawn, cause)
    (retired,) = training.facts.of(ModelRetired)
    assert (retired.model.name, retired.model.version, retired.revision) == (NAME, "1.0", 2)
    with pytest.raises(Conflict, match="was withdrawn and is not trained on"):
        await training.call(
            "StartTraining",
            messages.StartTrainingRequest(
                request=TrainingRequested(dataset_id="people", recipe="identity", seed=4)
            ),
        )


async def test_a_withdrawal_while_the_model_is_being_stored_keeps_it_out(training, cast) -> None:
    written = training.documents.update

    async def withdrawn_meanwhile(collection: str, *args: Any, **kwargs: Any) -> Any:
        if collection == "models" and "$set" in args[1] and "completed" in args[1]["$set"]:
            await training.deliver(
                SnapshotWithdrawn(snapshot_id="snapshot-1", dataset_id="people", reason="no contract")
            )
        return await written(collection, *args, **kwargs)

    training.documents.update = withdrawn_meanwhile
    await training.publish(cast.crops("anna", ["news-1"]))
    assert not training.facts.of(ModelPromoted)
    assert training.facts.of(TrainingCompleted)[-1].outcome.failed.code == "snapshot_withdrawn"
    with pytest.raises(Conflict, match="must not be used"):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="1.0")))


async def test_a_withdrawal_that_arrives_first_starts_nothing(training, cast) -> None:
    early = SnapshotWithdrawn(snapshot_id="snapshot-1", dataset_id="people", reason="too early")
    await training.deliver(early)
    await training.publish(cast.crops("anna", ["news-1"]))
    assert not training.facts.of(TrainingCompleted)


async def test_an_empty_snapshot_takes_everybody_out_of_service(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    await training.publish([])
    failed = training.facts.of(TrainingCompleted)[-1].outcome.failed
    assert (failed.code, failed.wording.template) == ("empty_snapshot", "empty_snapshot.retired")
    assert failed.detail == (
        "snapshot 2 holds no sample to learn from; identity/people was taken out of service"
    )
    (retired,) = training.facts.of(ModelRetired)
    assert (retired.model.version, retired.wording.template) == ("1.0", "empty_snapshot")


async def test_why_a_model_must_not_be_used_says_what_it_was_made_of(training, cast) -> None:
    first = await training.publish(cast.crops("anna", ["news-1"]))
    why = say("withdrawal.asset_removed", "Its asset was removed.")
    await training.deliver(
        SnapshotWithdrawn(
            snapshot_id=first.snapshot_id, dataset_id="people", reason=why, wording=wording_of(why)
        )
    )
    (model,) = (await training.call("ListCandidates", messages.ListCandidatesRequest())).candidates
    assert model.withdrawn == "snapshot snapshot-1 was withdrawn: Its asset was removed."
    assert model.withdrawn_wording.template == "withdrawn.snapshot"
    assert model.withdrawn_wording.params["reason-template"] == "withdrawal.asset_removed"
    (retired,) = training.facts.of(ModelRetired)
    assert retired.wording == model.withdrawn_wording
    (run,) = (await training.call("ListRuns", messages.ListRunsRequest())).runs
    assert (run.stage, run.stage_wording.template) == ("ended", "stage.ended")


async def test_who_is_erased_leaves_service_and_store(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    await training.publish(cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"]))
    promoted = training.facts.of(ModelPromoted)[-1]
    await training.deliver(erasure_plan(class_ids=["bert"]))
    assert not await training.objects.exists(promoted.artefact)
    assert not await training.objects.exists(promoted.manifest)
    assert training.facts.of(ModelPromoted)[-1].model.version == "1.0", (
        "the last model without them serves again"
    )
    (completed,) = training.facts.of(ErasureCompleted)
    counts = {each.kind: each.count for each in completed.counts}
    assert (counts["models"], counts["runs"], counts["sources"]) == (1, 1, 4)
    for store in ("x-onnx", "yaml", "protobuf"):
        assert counts[f"objects/application/{store}"] == 1
    assert counts["objects/text/markdown"] == 1
