"""Every decision about an asset names the person who made it, with role and time, in the fact it leads to."""

from __future__ import annotations

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetRemoved
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_ingest.testing import IngestBench
from framewell_kit.rpc.refusals import NotAllowed
from framewell_media.testing.clips import Clip, make_clip


def named(actor: Actor) -> str:
    assert actor.HasField("decided_at")
    return f"{actor.principal}/{actor.authority}"


async def taken_in(ingest: IngestBench) -> str:
    make_clip(ingest.inbox / "a.mp4", Clip(frames=10))
    request = IngestRequested(uri=f"file://{ingest.inbox}/a.mp4")
    answer = await ingest.call("Submit", pb.SubmitRequest(request=request), by="anna", authority="curator")
    await ingest.settle()
    return str(answer.asset_id)


async def test_who_brought_it_in_and_who_had_it_done_again(ingest: IngestBench) -> None:
    asset_id = await taken_in(ingest)
    assert named(ingest.facts.one(AssetIngested).actor) == "anna/curator"
    again = pb.ReprocessRequest(asset_id=asset_id)
    await ingest.call("Reprocess", again, by="bert", authority="admin")
    await ingest.settle()
    assert named(ingest.facts.of(AssetIngested)[-1].actor) == "bert/admin"


async def test_an_event_that_names_nobody_makes_nobody_up(ingest: IngestBench) -> None:
    make_clip(ingest.inbox / "a.mp4", Clip(frames=10))
    await ingest.take_in(IngestRequested(uri=f"file://{ingest.inbox}/a.mp4"))
    assert not ingest.facts.one(AssetIngested).HasField("actor")


async def test_who_cancelled_it(ingest: IngestBench) -> None:
    request = IngestRequested(uri=f"file://{ingest.inbox}/a.mp4")
    answer = await ingest.call("Submit", pb.SubmitRequest(request=request), by="anna", authority="curator")
    cancel = pb.CancelIngestRequest(asset_id=answer.asset_id)
    await ingest.call("CancelIngest", cancel, by="carla", authority="rights")
    assert named(ingest.facts.one(AssetRejected).actor) == "carla/rights"


async def test_who_removed_it_and_that_no_viewer_and_no_curator_can(ingest: IngestBench) -> None:
    asset_id = await taken_in(ingest)
    removal = pb.RemoveAssetRequest(asset_id=asset_id, reason="the licence ended")
    for role in ("viewer", "curator", "service"):
        with pytest.raises(NotAllowed, match="takes the role rights"):
            await ingest.call("RemoveAsset", removal, by="eve", authority=role)
    assert not ingest.facts.of(AssetRemoved)
    await ingest.call("RemoveAsset", removal, by="carla", authority="rights")
    assert named(ingest.facts.one(AssetRemoved).actor) == "carla/rights"
