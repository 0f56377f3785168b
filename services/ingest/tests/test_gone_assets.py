"""Of what was removed or erased nothing is taken in again, and nothing of it stays."""

from __future__ import annotations

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetPermitted, AssetRejected, AssetRemoved
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Programme, Work
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell.rights.v1.rights_pb2 import USE_ALLOWED, RightsStatement
from framewell_ingest.testing import IngestBench
from framewell_kit.name_hashes import NameHashes
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.stream import HeavyStage, Stage
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.service_bench import NAME_KEY
from framewell_kit.tombstones import UnlessGone
from framewell_media.testing import Clip, make_clip

HOLDER = "Kanal  EINS"
NAMES = NameHashes(bytes.fromhex(NAME_KEY))


async def taken_in(ingest: IngestBench, **request: object) -> AssetIngested:
    clip = make_clip(ingest.inbox / "clip.mp4", Clip(frames=10))
    statement = RightsStatement(holder=HOLDER, use=USE_ALLOWED, verbatim="Contract with Kanal Eins")
    wanted = {"uri": clip.as_uri(), "programme": Programme(title="Abendschau"), **request}
    end = await ingest.take_in(IngestRequested(statements=[statement], **wanted))  # type: ignore[arg-type]
    assert isinstance(end, AssetIngested)
    return end


async def everything(ingest: IngestBench) -> str:
    """Return all documents of all collections but the tombstones, as text."""
    names = [one for one in await ingest.documents.collections() if one != "tombstones"]
    return repr([await ingest.documents.find(name, {}) for name in names])


async def test_an_erased_asset_leaves_its_tombstone_alone_and_is_not_taken_in_again(
    ingest: IngestBench,
) -> None:
    content = make_clip(ingest.inbox / "clip.mp4", Clip(frames=10)).read_bytes()
    upload = await ingest.upload(content)
    end = await taken_in(ingest, uri=upload.uri, labels={"desk": "Ressort Politik"})
    asset_id = end.work.asset_id
    await ingest.deliver(erasure_plan("e", asset_ids=[asset_id]))
    left = await everything(ingest)
    for needle in ("Abendschau", "Politik", "EINS", upload.uri, end.original.sha256):
        assert needle not in left
    assert ingest.stored_files() == []
    with pytest.raises(NotFound):
        await ingest.call("GetAsset", pb.GetAssetRequest(asset_id=asset_id))

    ingest.facts.clear()
    again = IngestRequested(uri="file:///b.mp4", programme=Programme(title="Abendschau"))
    (refused,) = await ingest.deliver(again, ingest.request_cause())
    assert isinstance(refused, AssetRejected)
    assert (refused.work.asset_id, refused.code, refused.uri) == (asset_id, "erased", "")
    assert "was erased on" in refused.detail
    again.asset_id = asset_id
    with pytest.raises(Gone, match="was erased on"):
        await ingest.call("Submit", pb.SubmitRequest(request=again))
    await ingest.settle()
    assert "Abendschau" not in await everything(ingest)


async def test_media_of_an_erased_holder_is_not_taken_in(ingest: IngestBench) -> None:
    plan = erasure_plan("e", name_hashes=[NAMES.of("Kanal Eins")], subject=Subject(holder="-"))
    await ingest.deliver(plan)
    statement = RightsStatement(holder=HOLDER, use=USE_ALLOWED)
    request = IngestRequested(uri="file:///b.mp4", statements=[statement])
    (refused,) = await ingest.deliver(request, ingest.request_cause())
    assert isinstance(refused, AssetRejected)
    assert refused.code == "erased"
    assert "holder was erased" in refused.detail
    assert "EINS" not in await everything(ingest)


async def test_an_erasure_while_it_is_fetched_stops_the_fetch(
    ingest: IngestBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_file = type(ingest.stored).put_file
    clip = make_clip(ingest.inbox / "clip.mp4", Clip(frames=10))
    asset_id = await ingest.accept(IngestRequested(uri=clip.as_uri()))

    async def put(*given: object, **named: object) -> object:
        await ingest.deliver(erasure_plan("e", asset_ids=[asset_id]))
        return await put_file(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(type(ingest.stored), "put_file", put)
    ingest.facts.clear()
    await ingest.run_jobs()
    assert ingest.facts.of(AssetIngested) == []
    assert ingest.stored_files() == []
    assert await ingest.documents.count("assets", {}) == 0


async def test_what_is_permitted_is_done_again_once_a_generation(ingest: IngestBench) -> None:
    end = await taken_in(ingest)
    permitted = AssetPermitted(work=Work(asset_id=end.work.asset_id, generation=1), rights_revision=3)
    for _ in range(3):
        await ingest.deliver(permitted, group="ingest.resume_analysis")
        await ingest.settle()
    again = ingest.facts.of(AssetIngested)[-1]
    assert [one.work.generation for one in ingest.facts.of(AssetIngested)] == [1, 2]
    assert (again.rights_revision, again.original) == (3, end.original)


def test_every_stage_that_reads_facts_of_assets_asks_for_tombstones(ingest: IngestBench) -> None:
    stages = [one for one in ingest.service.stages if isinstance(one, Stage | HeavyStage)]
    ask_themselves = {"ingest.accept_request", "ingest.remove_asset", "ingest.erase"}
    assert {one.group for one in stages if not isinstance(one.handler, UnlessGone)} == ask_themselves


async def test_what_comes_of_a_removed_asset_changes_nothing(ingest: IngestBench) -> None:
    end = await taken_in(ingest)
    asset_id = end.work.asset_id
    await ingest.deliver(AssetRemoved(asset_id=asset_id))
    ingest.facts.clear()
    for late in (
        ProgrammeChanged(asset_id=asset_id, programme=Programme(title="Abendschau"), revision=9),
        AssetRejected(work=end.work, code="failed", detail="Abendschau", uri="file:///x"),
        AssetPermitted(work=end.work, rights_revision=4),
    ):
        assert await ingest.deliver(late) == []
    assert "Abendschau" not in await everything(ingest)
    (asset,) = await ingest.assets()
    assert asset.state == pb.INGEST_STATE_REMOVED
