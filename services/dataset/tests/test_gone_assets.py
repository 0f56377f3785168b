"""Facts about assets that are gone: late, replayed, or overtaken by the removal."""

import pytest

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import RightsApplied, RightsChanged
from framewell_dataset.adapters.analysis_objects import AnalysisObjects
from framewell_dataset.domain.observations import SeenInChunk
from framewell_dataset.testing import DatasetBench, stated
from framewell_dataset.testing.footage import ingested
from framewell_dataset.testing.people import MAN
from framewell_kit.stream import Stage
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import UnlessGone

STORES = ("samples", "sample_vectors", "chunks", "background_faces", "statements", "repeats")


def test_every_stage_that_reads_facts_of_assets_asks_for_tombstones(bench: DatasetBench) -> None:
    stages = [one for one in bench.service.stages if isinstance(one, Stage)]
    ask_themselves = {
        "dataset.change_rights",  # answers its sender also about an asset that is gone, and keeps nothing
        "dataset.remove_asset",
        "dataset.plan_erasure",
        "dataset.erase",
    }
    of_no_asset = {"dataset.record_usage", "dataset.keep_audit", "dataset.request_snapshot"}
    asking = {one.group for one in stages if not isinstance(one.handler, UnlessGone)}
    assert asking == ask_themselves | of_no_asset


async def left(bench: DatasetBench) -> dict[str, int]:
    """Return how many documents of each store say anything of an asset; withdrawn samples are emptied."""
    counts = {store: await bench.documents.count(store, {}) for store in STORES}
    counts["samples"] = await bench.documents.count("samples", {"state": {"$ne": "withdrawn"}})
    return counts


async def test_what_comes_of_an_asset_that_is_gone_makes_nothing(bench: DatasetBench) -> None:
    late = [ingested(asset_called("a"), stated()), await bench.chunk(asset_called("a"), MAN)]
    late.append(await bench.footage.whole(asset_called("a"), late[1]))  # type: ignore[arg-type]
    await bench.deliver(AssetRemoved(asset_id=asset_called("a"), revision=2))
    for _ in range(2):
        for fact in late:
            await bench.deliver(fact)
        await bench.run_jobs()
    assert set((await left(bench)).values()) == {0}


@pytest.mark.parametrize("how", ["removed", "erased"])
async def test_a_job_that_was_overtaken_leaves_nothing(bench: DatasetBench, how: str) -> None:
    await bench.take_in(asset_called("a"), stated())
    chunk = await bench.chunk(asset_called("a"), MAN)
    await bench.deliver(chunk)
    await bench.deliver(await bench.footage.whole(asset_called("a"), chunk), group="dataset.complete_asset")
    gone = (
        AssetRemoved(asset_id=asset_called("a"), revision=2)
        if how == "removed"
        else erasure_plan(asset_ids=[asset_called("a")])
    )
    await bench.deliver(gone)
    await bench.run_jobs()
    assert set((await left(bench)).values()) == {0}


async def test_a_removal_that_overtakes_a_chunk_leaves_nothing_of_it(
    bench: DatasetBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.take_in(asset_called("a"), stated())
    chunk = await bench.chunk(asset_called("a"), MAN)
    seen = AnalysisObjects.seen

    async def removed_meanwhile(self: AnalysisObjects, fact: ChunkAnalysed) -> SeenInChunk:
        result = await seen(self, fact)
        await bench.deliver(AssetRemoved(asset_id=asset_called("a"), revision=2))
        return result

    monkeypatch.setattr(AnalysisObjects, "seen", removed_meanwhile)
    await bench.deliver(chunk)
    assert set((await left(bench)).values()) == {0}


async def test_a_statement_about_an_asset_that_is_gone_is_answered_and_not_kept(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated())
    await bench.deliver(AssetRemoved(asset_id=asset_called("a"), revision=2))
    change = RightsChanged(subject=Subject(asset_id=asset_called("a")), revision=3, statements=[stated()])
    change.actor.principal, change.actor.authority = "lawyer", "rights"
    answers = await bench.deliver(change)
    assert [type(each) for each in answers] == [RightsApplied]
    assert await bench.documents.count("statements", {}) == 0
