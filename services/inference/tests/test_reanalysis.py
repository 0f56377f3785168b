"""A model goes through the archive from what is stored: once, resumably, countably, and by right."""

from __future__ import annotations

from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRemoved, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ChunkAnalysis
from framewell.media.v1.media_pb2 import Work
from framewell_inference.testing import TIMELINE, InferenceBench
from framewell_inference.testing.campaigns import (
    ASSETS,
    PICTURES,
    Spotter,
    arrive,
    hand_out,
    opened,
    results,
    show,
    start,
    work_off,
)
from framewell_kit.documents import MemoryDocuments
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcome_messages import done
from framewell_kit.outcomes import Conflict
from framewell_kit.testing.clocks import HeldClock

OLD, NEW = "1.0", "2.0"
TRIED = 2 * len(PICTURES)
"""Pictures that an estimate shows an analyser that has not run here."""


async def test_a_new_analyser_looks_at_every_stored_chunk_and_the_asset_says_so(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    old, new = Spotter("old"), Spotter("new")
    async with opened(documents, objects, old, new) as bench:
        campaign_id = await start(bench)
        await work_off(bench)
        shown = await show(bench, campaign_id)
        assert shown.state == api.REANALYSIS_STATE_DONE
        assert (shown.assets, shown.chunks, shown.pictures) == (3, 6, 12)
        assert not shown.skipped
        assert not shown.failed
        assert [(one.label, one.before, one.after) for one in shown.changes] == [("thing", 0, 12)]
        assert (old.shown, new.shown) == (0, 12 + TRIED)
        assert await results(bench, ASSETS[0]) == {"old@1.0": 4, "new@1.0": 4}
        chunks = bench.facts.of(ChunkAnalysed)
        assert len(chunks) == 6
        assert all([one.analyser for one in fact.results] == ["old", "new"] for fact in chunks)
        assert all(fact.revision for fact in chunks), "consumers take it in the place of the first look"
        ended = bench.facts.of(AssetAnalysed)[-1]
        index = AnalysisIndex.FromString(await bench.objects.read(ended.index))
        assert [len(chunk.results) for chunk in index.chunks] == [2, 2]


async def test_what_was_looked_at_is_left_out_the_next_time(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    new = Spotter("new")
    async with opened(documents, objects, Spotter("old"), new) as bench:
        await arrive(bench, ASSETS[3])  # with the new analyser, by the normal path
        shown = new.shown
        first = await show(bench, await start(bench))
        assert (first.estimate.assets, first.estimate.done_assets) == (3, 1)
        await work_off(bench)
        assert new.shown - shown == 12, "what arrived is not looked at again"
        second = await start(bench)
        await work_off(bench)
        assert (await show(bench, second)).estimate.assets == 0
        assert (await show(bench, second)).state == api.REANALYSIS_STATE_DONE
        assert new.shown - shown == 12


async def test_a_new_version_is_added_beside_the_old_one_and_changes_are_counted(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("old", NEW, label="better")) as bench:
        campaign_id = await start(bench, "old")
        await work_off(bench)
        changes = {one.label: (one.before, one.after) for one in (await show(bench, campaign_id)).changes}
        assert changes == {"thing": (12, 0), "better": (0, 12)}
        assert await results(bench, ASSETS[0]) == {"old@1.0": 4, "old@2.0": 4}


@pytest.mark.parametrize(
    ("selection", "assets"),
    [({"series": ["Series 1"]}, 1), ({"channels": ["Kanal Zwei"]}, 0), ({"asset_ids": ASSETS[:2]}, 2)],
)
async def test_only_what_is_selected_is_looked_at(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects, selection: Any, assets: int
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        campaign_id = await start(bench, **selection)
        await work_off(bench, 6)
        assert (await show(bench, campaign_id)).assets == assets


async def test_a_paused_campaign_does_nothing_and_goes_on_where_it_stopped(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    new = Spotter("new")
    async with opened(documents, objects, new) as bench:
        campaign_id = await start(bench)
        tried = new.shown
        pause = api.PauseReanalysisRequest(reanalysis_id=campaign_id)
        await bench.call("PauseReanalysis", pause, by="bert", authority="admin")
        await work_off(bench, 3)
        shown = await show(bench, campaign_id)
        assert (shown.actor.principal, shown.changed_by.principal) == ("anna", "bert")
        assert shown.changed_by.authority == "admin"
        assert (shown.waiting, shown.chunks, new.shown) == ("it is paused", 0, tried)
        await bench.call("ResumeReanalysis", api.ResumeReanalysisRequest(reanalysis_id=campaign_id))
        await work_off(bench)
        assert (await show(bench, campaign_id)).chunks == 6


async def test_a_cancelled_campaign_keeps_what_it_has_seen_and_says_how_much(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("old"), Spotter("new")) as bench:
        campaign_id = await start(bench)
        await work_off(bench, 2)
        before = await show(bench, campaign_id)
        with pytest.raises(Conflict, match=f"{campaign_id} does that already"):
            await start(bench)
        await bench.call("CancelReanalysis", api.CancelReanalysisRequest(reanalysis_id=campaign_id))
        await work_off(bench)
        shown = await show(bench, campaign_id)
        assert shown.state == api.REANALYSIS_STATE_CANCELLED
        assert shown.HasField("ended_at")
        assert shown.chunks >= before.chunks
        with pytest.raises(Conflict, match="cancelled"):
            await bench.call("ResumeReanalysis", api.ResumeReanalysisRequest(reanalysis_id=campaign_id))


async def test_a_campaign_works_in_its_hours_alone(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        request = api.StartReanalysisRequest(
            target=api.ReanalysisTarget(analyser="new"),
            selection=api.ReanalysisSelection(all=True),
            window=api.ReanalysisWindow(begin="22:00", end="06:00", time_zone="Europe/Berlin"),
        )
        assert isinstance(bench.clock, HeldClock)
        bench.clock.advance(9 * 3600)  # ten in the morning in Berlin
        started = (await bench.call("StartReanalysis", request)).reanalysis
        assert started.waiting == "it works from 22:00 to 06:00 (Europe/Berlin)"
        await work_off(bench, 3)
        assert (await show(bench, started.reanalysis_id)).chunks == 0
        bench.clock.advance(12 * 3600)
        await work_off(bench)
        assert (await show(bench, started.reanalysis_id)).chunks == 6


async def test_what_may_not_be_analysed_and_what_is_gone_is_passed_over_with_the_reason(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    new = Spotter("new")
    async with opened(documents, objects, Spotter("old"), new) as bench:
        await bench.decide(ASSETS[0], 2, allowed=False)
        await bench.deliver(AssetRemoved(asset_id=ASSETS[2]))
        campaign_id = await start(bench)
        await bench.objects.delete(await bundle_of(bench, ASSETS[1]))
        tried = new.shown
        await work_off(bench)
        shown = await show(bench, campaign_id)
        skipped = {one.reason: one.count for one in shown.skipped}
        assert shown.state == api.REANALYSIS_STATE_DONE
        assert skipped == {"Decision 2.": 2, "its stored pictures are gone": 1}
        assert (shown.chunks, new.shown - tried) == (1, 2)


async def bundle_of(bench: InferenceBench, asset_id: str) -> str:
    """The key of the frame bundle of an asset's first chunk."""
    bucket = await bench.documents.get("analyses", f"{asset_id}@1/0")
    assert bucket is not None
    return ChunkAnalysis.FromString(bucket["parts"]["0"]).frames.key


async def test_an_analyser_that_fails_twice_is_counted_and_stops_nothing(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new", broken=True)) as bench:
        campaign_id = await start(bench)
        await work_off(bench)
        shown = await show(bench, campaign_id)
        assert shown.state == api.REANALYSIS_STATE_DONE
        assert "trying it out failed" in shown.estimate.basis
        assert [(one.reason, one.count) for one in shown.failed] == [
            ("the analyser new failed (ZeroDivisionError: a bug of its own)", 6)
        ]


async def test_an_asset_made_anew_meanwhile_is_left_to_its_new_analysis(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    new = Spotter("new")
    async with opened(documents, objects, Spotter("old"), new) as bench:
        campaign_id = await start(bench, asset_ids=[ASSETS[0]])
        tried = new.shown
        await hand_out(bench)
        work = Work(asset_id=ASSETS[0], generation=2, timeline=TIMELINE)
        await bench.deliver(AssetTranscoded(work=work, outcome=done(), chunk_count=0))
        await work_off(bench)
        shown = await show(bench, campaign_id)
        assert shown.state == api.REANALYSIS_STATE_DONE
        assert [one.count for one in shown.skipped] == [2]
        assert "made anew meanwhile" in shown.skipped[0].reason
        assert new.shown == tried


async def test_an_asset_that_is_gone_meanwhile_is_passed_over_as_gone(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        campaign_id = await start(bench, asset_ids=[ASSETS[0]])
        await hand_out(bench)
        for document in await bench.documents.find("analyses", {}):
            await bench.documents.delete("analyses", document["_id"])
        await work_off(bench, 3)
        skipped = (await show(bench, campaign_id)).skipped
        assert {one.reason: one.count for one in skipped} == {"it was removed or erased meanwhile": 2}
