"""The same content twice: found, named, and refused where its sender wants that."""

from __future__ import annotations

import shutil
from hashlib import sha256

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import DUPLICATE_POLICY_REJECT, IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_ingest.testing import IngestBench
from framewell_media.testing.clips import Clip, make_clip


def requests(ingest: IngestBench) -> list[IngestRequested]:
    """Return requests of one content under three names."""
    first = make_clip(ingest.inbox / "a.mp4", Clip(frames=10))
    others = [shutil.copy(first, ingest.inbox / name) for name in ("b.mp4", "c.mp4")]
    return [IngestRequested(uri=path.as_uri()) for path in (first, *others)]


async def test_the_same_content_is_taken_in_again_and_names_the_earlier_assets(ingest: IngestBench) -> None:
    ends = []
    for number, request in enumerate(requests(ingest)):
        ingest.clock.advance(1)
        ends.append(await ingest.take_in(request, f"request-{number}"))
    ids = [end.work.asset_id for end in ends if isinstance(end, AssetIngested)]
    assert [list(end.same_content) for end in ends if isinstance(end, AssetIngested)] == [
        [],
        ids[:1],
        ids[:2],
    ]


async def test_a_sender_may_have_the_same_content_refused(ingest: IngestBench) -> None:
    first, second, _ = requests(ingest)
    earlier = await ingest.take_in(first, "first")
    assert earlier is not None
    ingest.clock.advance(1)
    second.duplicates = DUPLICATE_POLICY_REJECT
    end = await ingest.take_in(second, "second")
    assert isinstance(end, AssetRejected)
    assert (end.code, earlier.work.asset_id in end.detail) == ("duplicate", True)
    assert len(ingest.stored_files()) == 1  # the original of the earlier one stays
    again = await ingest.take_in(second, "second")
    assert again == end


async def test_content_of_a_removed_asset_is_new(ingest: IngestBench) -> None:
    first, second, _ = requests(ingest)
    earlier = await ingest.take_in(first, "first")
    assert earlier is not None
    await ingest.call("RemoveAsset", pb.RemoveAssetRequest(asset_id=earlier.work.asset_id))
    await ingest.settle()
    second.duplicates = DUPLICATE_POLICY_REJECT
    end = await ingest.take_in(second, "second")
    assert isinstance(end, AssetIngested)
    assert list(end.same_content) == []


async def test_of_two_at_once_the_later_one_waits_for_the_earlier_one(ingest: IngestBench) -> None:
    first, second, _ = requests(ingest)
    early = await ingest.accept(first, "first")
    ingest.clock.advance(1)
    await ingest.documents.delete("jobs", f"fetch/{early}")  # somebody else is at it
    digest = sha256((ingest.inbox / "a.mp4").read_bytes()).hexdigest()
    await ingest.documents.update("assets", early, {"$set": {"state": "fetching", "content": digest}})
    assert await ingest.take_in(second, "second") is None
    assert "is still being fetched" in await ingest.waits_for("second")
    ended = AssetIngested(work=Work(asset_id=early, generation=1)).SerializeToString()
    await ingest.documents.update("assets", early, {"$set": {"state": "ingested", "ingested": ended}})
    ingest.clock.advance(10)
    await ingest.run_jobs()
    (end,) = ingest.facts.of(AssetIngested)
    assert list(end.same_content) == [early]
