"""From a published snapshot to a model in service, and back."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1.training_pb2 import (
    VERDICT_PROMOTED,
    VERDICT_WAITS,
    TrainingCompleted,
)
from framewell_kit.outcomes import Conflict, NotFound
from framewell_models.manifest_reader import read

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
NAME = "identity/people"


async def test_one_accepted_sample_becomes_a_model_in_service(training, cast) -> None:
    published = await training.publish(cast.crops("anna", ["news-1"]))
    (completed,), (promoted,) = training.facts.of(TrainingCompleted), training.facts.of(ModelPromoted)
    assert completed.outcome.WhichOneof("result") == "done"
    assert completed.verdict == VERDICT_PROMOTED
    assert completed.onnx_difference <= 1e-4
    assert (promoted.model.name, promoted.model.version, promoted.revision) == (NAME, "1.0", 1)
    assert promoted.actor.principal == "rule:promotion"
    assert promoted.embedding == EMBEDDING
    assert completed.lineage.snapshot_id == published.snapshot_id
    origin = await training.call("GetLineage", messages.GetLineageRequest(model=completed.model))
    assert (list(origin.asset_ids), list(origin.sample_ids)) == (["asset-news-1"], ["anna/news-1"])

    manifest = read((await training.objects.read(promoted.manifest)).decode())
    graph = await training.objects.read(promoted.artefact)
    assert (manifest.classes, str(manifest.embedding)) == (("anna",), "faces/dlib-resnet@1.0")
    assert manifest.graph.sha256 == promoted.artefact.sha256
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    faces = np.array([cast.photo("anna"), cast.photo("somebody else")], dtype=np.float32)
    (seen, stranger) = session.run(["distance"], {"embedding": faces})[0][:, 0]
    assert seen < manifest.thresholds["hit"] < manifest.thresholds["review"] < stranger
    card = (await training.objects.read(completed.card)).decode()
    assert "| anna | not evaluated: seen in one programme only |" in card
    assert "not measured: 0 held-out photos were tried; 20 are needed" in card


async def test_a_redelivered_snapshot_changes_nothing(training, cast) -> None:
    published = await training.publish(cast.crops("anna", ["news-1"]))
    before = training.facts.messages
    await training.deliver(published)
    await training.settle()
    assert training.facts.messages == before


async def test_a_new_person_follows_at_once_and_the_same_again_waits(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    both = cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"])
    await training.publish(both)
    await training.publish(both)
    assert [(one.model.version, one.revision) for one in training.facts.of(ModelPromoted)] == [
        ("1.0", 1),
        ("2.0", 2),
    ]
    third = training.facts.of(TrainingCompleted)[-1]
    assert (third.model.version, third.verdict) == ("3.0", VERDICT_WAITS)
    candidates = (await training.call("ListCandidates", messages.ListCandidatesRequest(name=NAME))).candidates
    assert [(one.model.version, one.in_service) for one in candidates] == [
        ("3.0", False),
        ("2.0", True),
        ("1.0", False),
    ]
    for in_service, versions in ((True, ["2.0"]), (False, ["3.0", "1.0"])):
        found = await training.call("ListCandidates", messages.ListCandidatesRequest(in_service=in_service))
        assert [one.model.version for one in found.candidates] == versions
        assert found.total_size == len(versions)


async def test_promote_and_rollback_are_one_call_and_one_fact(training, cast) -> None:
    crops = cast.crops("anna", ["news-1"])
    await training.publish(crops)
    await training.publish(crops)
    waiting = ModelVersion(name=NAME, version="2.0")
    answer = await training.call("Promote", messages.PromoteRequest(model=waiting))
    assert answer.candidate.in_service
    again = await training.call("Promote", messages.PromoteRequest(model=waiting))
    assert again.candidate.promoted_by == answer.candidate.promoted_by
    back = await training.call("Rollback", messages.RollbackRequest(name=NAME))
    assert back.candidate.model.version == "1.0"
    with pytest.raises(Conflict, match="no earlier version"):
        await training.call("Rollback", messages.RollbackRequest(name=NAME))
    with pytest.raises(NotFound, match="there is no model identity"):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="9.9")))
    assert [(one.model.version, one.revision) for one in training.facts.of(ModelPromoted)] == [
        ("1.0", 1),
        ("2.0", 2),
        ("1.0", 3),
    ]
    lineage = await training.call("GetLineage", messages.GetLineageRequest(model=waiting))
    assert lineage.lineage.snapshot_id == "snapshot-2"


async def test_an_embedding_is_promoted_with_its_identity_model_by_a_person_and_rolled_back_with_it(
    training, cast
) -> None:
    """Each publication is a snapshot in either space; what reads another one than what serves waits."""

    async def publish_in_both(*people: str) -> None:
        crops = [crop for name in people for crop in cast.crops(name, ["news-1"])]
        for embedding in ("faces/dlib-resnet", "house/other"):
            training.number += 1
            await training.deliver(
                await training.snapshot(crops, number=training.number, embedding=embedding)
            )
        await training.settle()
        training.clock.advance(1)

    def promotions() -> list[tuple[str, str]]:
        return [(one.model.version, one.embedding.name) for one in training.facts.of(ModelPromoted)]

    await publish_in_both("anna")
    assert promotions() == [("1.0", "faces/dlib-resnet")]
    other = next(one for one in training.facts.of(TrainingCompleted) if one.model.version == "2.0")
    assert other.verdict == VERDICT_WAITS
    await publish_in_both("anna", "bert")
    assert promotions()[1:] == [("3.0", "faces/dlib-resnet")], "who is accepted meanwhile is known at once"

    model = ModelVersion(name=NAME, version="4.0")
    await training.call("Promote", messages.PromoteRequest(model=model))
    assert promotions()[2:] == [("4.0", "house/other")]
    await publish_in_both("anna", "bert", "carla")
    assert promotions()[3:] == [("6.0", "house/other")]
    await training.call("Rollback", messages.RollbackRequest(name=NAME))
    await training.call("Rollback", messages.RollbackRequest(name=NAME))
    assert promotions()[4:] == [("4.0", "house/other"), ("3.0", "faces/dlib-resnet")]
