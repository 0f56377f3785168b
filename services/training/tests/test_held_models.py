"""A candidate that a person holds back enters service by nobody until it is released."""

from __future__ import annotations

import pytest

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelHeld, ModelPromoted
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell.training.v1 import training_service_pb2 as messages
from framewell_kit.outcomes import Conflict, NotFound, Rejected

NAME = "identity/people"


def version(number: str) -> ModelVersion:
    return ModelVersion(name=NAME, version=number)


async def hold(training, number: str, reason: str = "photos of Anna look mixed up") -> messages.Candidate:
    request = messages.HoldModelRequest(model=version(number), reason=reason)
    return (await training.call("HoldModel", request)).candidate


async def release(training, number: str, reason: str = "looked at, all right") -> messages.Candidate:
    request = messages.ReleaseModelRequest(model=version(number), reason=reason)
    return (await training.call("ReleaseModel", request)).candidate


def in_service(training) -> str:
    return training.facts.of(ModelPromoted)[-1].model.version


@pytest.fixture
async def waiting(training, cast):
    """Two models of the same samples: 1.0 in service, 2.0 waits."""
    crops = cast.crops("anna", ["news-1"])
    await training.publish(crops)
    await training.publish(crops)
    return training


async def test_a_held_candidate_is_refused_to_people_until_somebody_releases_it(waiting) -> None:
    held = await hold(waiting, "2.0")
    assert held.hold.reason == "photos of Anna look mixed up"
    assert held.hold.actor.principal
    assert held.hold.actor.HasField("decided_at")
    with pytest.raises(Conflict, match="Release it before"):
        await waiting.call("Promote", messages.PromoteRequest(model=version("2.0")))
    assert not (await release(waiting, "2.0")).HasField("hold")
    await waiting.call("Promote", messages.PromoteRequest(model=version("2.0"), reason="the editors asked"))
    assert in_service(waiting) == "2.0"
    assert waiting.facts.of(ModelPromoted)[-1].reason == "the editors asked"


async def test_each_decision_is_one_fact_with_person_and_reason(waiting) -> None:
    await hold(waiting, "2.0")
    await hold(waiting, "2.0", "another reason, too late")
    await release(waiting, "2.0")
    await release(waiting, "2.0")
    facts = waiting.facts.of(ModelHeld)
    assert [(one.held, one.reason, one.revision) for one in facts] == [
        (True, "photos of Anna look mixed up", 1),
        (False, "looked at, all right", 2),
    ]
    assert all(one.actor.principal for one in facts)


async def test_no_rule_puts_a_held_candidate_in_place_of_one_that_must_leave(waiting) -> None:
    await hold(waiting, "2.0")
    withdrawn = SnapshotWithdrawn(snapshot_id="snapshot-1", dataset_id="people", reason="a late no")
    await waiting.deliver(withdrawn)
    await waiting.settle()
    assert in_service(waiting) == "1.0", "nothing was promoted since"
    assert not (
        await waiting.call("ListCandidates", messages.ListCandidatesRequest(in_service=True))
    ).candidates
    await release(waiting, "2.0")
    await waiting.call("Promote", messages.PromoteRequest(model=version("2.0")))
    assert in_service(waiting) == "2.0"


async def test_going_back_passes_over_a_held_version(waiting, cast) -> None:
    await waiting.call("Promote", messages.PromoteRequest(model=version("2.0")))
    await waiting.publish(cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"]))
    assert in_service(waiting) == "3.0"
    await hold(waiting, "2.0")
    back = await waiting.call("Rollback", messages.RollbackRequest(name=NAME, reason="Bert is misnamed"))
    assert back.candidate.model.version == "1.0"
    assert back.candidate.promoted_because == "Bert is misnamed"


async def test_what_is_in_service_or_unknown_or_withdrawn_cannot_be_held_nor_without_a_reason(
    waiting,
) -> None:
    with pytest.raises(Conflict, match="in service"):
        await hold(waiting, "1.0")
    with pytest.raises(NotFound, match="there is no model"):
        await hold(waiting, "9.9")
    with pytest.raises(NotFound, match="there is no model"):
        await release(waiting, "9.9")
    with pytest.raises(Rejected, match="say why"):
        await hold(waiting, "2.0", "  ")
    withdrawn = SnapshotWithdrawn(snapshot_id="snapshot-2", dataset_id="people", reason="a late no")
    await waiting.deliver(withdrawn)
    with pytest.raises(Conflict, match="must not be used"):
        await hold(waiting, "2.0")
    assert not waiting.facts.of(ModelHeld)


async def test_a_hold_that_comes_while_a_version_enters_is_seen_by_one_of_the_two(waiting) -> None:
    """The hold is written between nomination and entry: the version does not enter."""
    documents, before = waiting.documents, waiting.documents.update

    async def update(collection, id, change, **options):  # noqa: A002
        after = await before(collection, id, change, **options)
        if collection == "in_service" and change.get("$set", {}).get("candidate") == "2.0":
            documents.update = before
            await hold(waiting, "2.0")
        return after

    documents.update = update
    with pytest.raises(Conflict, match="held back"):
        await waiting.call("Promote", messages.PromoteRequest(model=version("2.0")))
    assert in_service(waiting) == "1.0"
