"""A model goes through the archive from what is stored: once, resumably, countably, and by right."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRemoved, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ChunkAnalysis
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.adapters.campaign_documents import CampaignDocuments
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import State
from framewell_inference.ports.analysers import PictureAnalyser
from framewell_inference.queries.show_campaigns import remaining_seconds
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.estimate_campaign import NONE_SELECTED
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.testing import TIMELINE, InferenceBench
from framewell_inference.testing.campaigns import (
    ASSETS,
    PICTURES,
    Spotter,
    arrive,
    opened,
    show,
    start,
    state_hash,
)
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcome_messages import done
from framewell_kit.outcomes import Conflict, Forbidden, NotFound, Rejected
from framewell_kit.testing.clocks import HeldClock

OLD, NEW = "1.0", "2.0"
TRIED = 2 * len(PICTURES)
"""Pictures that an estimate shows an analyser that has not run here."""


async def work_off(bench: InferenceBench, rounds: int = 12) -> None:
    """Do all jobs, and let the time pass that they wait."""
    for _ in range(rounds):
        await bench.run_jobs()
        await bench.deliver_own(ChunkAnalysed)
        assert isinstance(bench.clock, HeldClock)
        bench.clock.advance(16)


async def results(bench: InferenceBench, asset_id: str) -> dict[str, int]:
    """What the newest end of an asset says: observations by analyser and version."""
    ended = [one for one in bench.facts.of(AssetAnalysed) if one.work.asset_id == asset_id][-1]
    return {f"{one.analyser}@{one.model.version}": one.observation_count for one in ended.totals}


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects()


@pytest.fixture
async def archive(documents: MemoryDocuments, objects: MemoryObjects) -> None:
    """Three analysed assets, before the new analyser comes."""
    async with opened(documents, objects, Spotter("old")) as bench:
        for number, asset_id in enumerate(ASSETS[:3]):
            await arrive(bench, asset_id, series=f"Series {number % 2}", channel="Kanal Eins")


async def test_a_new_analyser_looks_at_every_stored_chunk_and_the_asset_says_so(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects, selection: Any, assets: int
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        campaign_id = await start(bench, **selection)
        await work_off(bench, 6)
        assert (await show(bench, campaign_id)).assets == assets


async def test_an_estimate_says_how_much_there_is_and_how_that_was_measured(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        request = api.EstimateReanalysisRequest(
            target=api.ReanalysisTarget(analyser="new"), selection=api.ReanalysisSelection(all=True)
        )
        found = (await bench.call("EstimateReanalysis", request)).estimate
        assert (found.assets, found.chunks, found.pictures) == (3, 6, 12)
        assert found.HasField("duration")
        assert "measured just now on at most 16 stored pictures; " in found.basis
        assert re.search(r"; (1 chunk|\d+ chunks) at once, with nothing else to do$", found.basis)
        assert await bench.documents.count("campaigns", {}) == 0, "nothing was started"


async def test_a_paused_campaign_does_nothing_and_goes_on_where_it_stopped(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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


async def test_how_long_a_campaign_takes_is_not_known_while_it_is_paused(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        campaign = await CampaignDocuments(documents).get(await start(bench))
        begun = replace(campaign, counts=Counts(chunks=2))
        later = campaign.started_at + timedelta(seconds=10)
        assert remaining_seconds(begun, later) == 20
        assert remaining_seconds(replace(begun, state=State.PAUSED), later) is None


async def test_a_cancelled_campaign_keeps_what_it_has_seen_and_says_how_much(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
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
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        campaign_id = await start(bench, asset_ids=[ASSETS[0]])
        await hand_out(bench)
        for document in await bench.documents.find("analyses", {}):
            await bench.documents.delete("analyses", document["_id"])
        await work_off(bench, 3)
        skipped = (await show(bench, campaign_id)).skipped
        assert {one.reason: one.count for one in skipped} == {"it was removed or erased meanwhile": 2}


async def hand_out(bench: InferenceBench) -> None:
    """Let a campaign put its pieces, and do none of them."""
    jobs = bench.service.jobs
    kept = [one for one in jobs if one.kind == "campaign"]
    bench.service = replace(bench.service, jobs=kept)
    await bench.run_jobs()
    bench.service = replace(bench.service, jobs=jobs)


async def test_what_a_live_budget_skipped_is_made_up_for_by_itself(
    documents: MemoryDocuments, objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    dear = Spotter("dear")
    async with opened(documents, objects, Spotter("cheap"), dear, live_budget=1, live_lag=0) as bench:
        skip(monkeypatch, "dear")
        ended = await arrive(bench, ASSETS[0], lane=LANE_LIVE)
        assert len(ended.missing) == 1
        assert "the analyser dear was skipped" in ended.missing[0]
        assert dear.shown == 0
        monkeypatch.undo()
        await work_off(bench)
        ended = bench.facts.of(AssetAnalysed)[-1]
        assert not ended.missing
        assert await results(bench, ASSETS[0]) == {"cheap@1.0": 4, "dear@1.0": 4}
        (listed,) = (await bench.call("ListReanalyses", api.ListReanalysesRequest())).reanalyses
        assert (listed.target.skipped, listed.actor.principal) == (True, "rule:live_budget")
        assert listed.state == api.REANALYSIS_STATE_DONE


async def test_what_was_skipped_stays_where_the_site_wants_it_so(
    documents: MemoryDocuments, objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    spotters = Spotter("cheap"), Spotter("dear")
    async with opened(documents, objects, *spotters, live_budget=1, live_lag=0, make_up=False) as bench:
        skip(monkeypatch, "dear")
        await arrive(bench, ASSETS[0], lane=LANE_LIVE)
        monkeypatch.undo()
        await work_off(bench, 3)
        assert await bench.documents.count("campaigns", {}) == 0
        request = api.StartReanalysisRequest(
            target=api.ReanalysisTarget(skipped=True), selection=api.ReanalysisSelection(all=True)
        )
        await bench.call("StartReanalysis", request)
        await work_off(bench)
        assert await results(bench, ASSETS[0]) == {"cheap@1.0": 4, "dear@1.0": 4}


def skip(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a budget leave an analyser out."""
    from framewell_inference.steps.look_at_frames import _skipped  # noqa: PLC0415

    look = LookAtFrames.__call__

    def without(self: LookAtFrames, frames: Any, analysers: Sequence[PictureAnalyser], **more: Any) -> Any:
        found = look(self, frames, [one for one in analysers if one.name != name], **more)
        return {**found, **{one.name: _skipped(name, 1.0) for one in analysers if one.name == name}}

    monkeypatch.setattr(LookAtFrames, "__call__", without)


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (api.StartReanalysisRequest(), "target: must be there; selection: must be there"),
        (
            api.StartReanalysisRequest(
                target=api.ReanalysisTarget(analyser="new", skipped=True),
                selection=api.ReanalysisSelection(all=True),
            ),
            "one of them",
        ),
        (
            api.StartReanalysisRequest(
                target=api.ReanalysisTarget(analyser="new"), selection=api.ReanalysisSelection()
            ),
            "say at which assets",
        ),
        (
            api.StartReanalysisRequest(
                target=api.ReanalysisTarget(analyser="new"),
                selection=api.ReanalysisSelection(since=Timestamp(seconds=9), until=Timestamp(seconds=9)),
            ),
            "selection.until: must be later",
        ),
    ],
)
async def test_a_campaign_that_says_too_little_or_too_much_is_refused(
    documents: MemoryDocuments, objects: MemoryObjects, request_: Message, reason: str
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        with pytest.raises(Rejected, match=reason):
            await bench.call("StartReanalysis", request_)


async def test_who_does_not_operate_the_mesh_starts_nothing(
    documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    request = api.StartReanalysisRequest(
        target=api.ReanalysisTarget(analyser="new"), selection=api.ReanalysisSelection(all=True)
    )
    async with opened(documents, objects, Spotter("new")) as bench:
        with pytest.raises(Forbidden):
            await bench.call("StartReanalysis", request, authority="curator")
        with pytest.raises(NotFound, match="no analyser nothing"):
            await start(bench, "nothing")
        with pytest.raises(NotFound, match=f"no analysis of asset {ASSETS[0]} has ended"):
            await start(bench, asset_ids=ASSETS[:1])
        assert await bench.documents.count("campaigns", {}) == 0


async def test_a_model_that_is_removed_meanwhile_is_the_reason_why_nothing_was_looked_at(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChooseAnalysers, "settled", lambda _, target: target)  # it was here at the start
    async with opened(documents, objects, Spotter("old")) as bench:
        request = api.StartReanalysisRequest(
            target=api.ReanalysisTarget(model="house/gone@1.0"),
            selection=api.ReanalysisSelection(asset_ids=ASSETS[:1]),
        )
        started = (await bench.call("StartReanalysis", request)).reanalysis
        reason = "house/gone@1.0 is not here: it was removed, or cannot be loaded"
        assert started.estimate.basis == f"nothing is looked at: {reason}"
        await work_off(bench, 6)
        skipped = (await show(bench, started.reanalysis_id)).skipped
        assert {one.reason: one.count for one in skipped} == {reason: 2}


async def test_an_estimate_of_assets_without_a_chunk_to_look_at_is_a_sentence(
    documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("old")) as bench:
        await arrive(bench, ASSETS[0], chunks=0)
    async with opened(documents, objects, Spotter("new")) as bench:
        shown = await show(bench, await start(bench))
        assert shown.estimate.basis == "nothing is looked at"


async def test_a_selection_that_no_asset_meets_says_so(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        for series, notes in (["Serie 1"], [NONE_SELECTED]), (["Series 1"], []):
            asked: dict[str, Any] = {
                "target": api.ReanalysisTarget(analyser="new"),
                "selection": api.ReanalysisSelection(series=series),
            }
            estimated = await bench.call("EstimateReanalysis", api.EstimateReanalysisRequest(**asked))
            started = await bench.call("StartReanalysis", api.StartReanalysisRequest(**asked))
            assert [*estimated.notes] == [*started.notes] == notes


async def copied(documents: MemoryDocuments) -> MemoryDocuments:
    copy = MemoryDocuments()
    for name, kept in documents._collections.items():
        for document in kept.values():
            await copy.insert_once(name, document)
    return copy


async def undisturbed(documents: MemoryDocuments, objects: MemoryObjects) -> MemoryDocuments:
    calm = await copied(documents)
    async with opened(calm, objects, Spotter("old"), Spotter("new")) as bench:
        await start(bench)
        await work_off(bench)
    return calm


class KilledError(BaseException):
    """The process is dead: nobody catches it, nobody cleans up."""


class Mortal:
    """A store whose process is killed at a call: before that takes effect, or right `after`."""

    def __init__(self, documents: Documents, at: int, *, after: bool) -> None:
        self._documents, self._at, self._after = documents, at, after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._documents, name)

        async def call(*args: Any, **more: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number < self._at:
                return await method(*args, **more)
            if number == self._at and self._after:
                await method(*args, **more)
            raise KilledError

        return call


STEP = 19
"""Every so many calls of the store a worker is killed: 28 times in one campaign."""


async def test_a_worker_that_dies_at_any_write_leaves_the_same_state_as_one_that_does_not(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    calm = await undisturbed(documents, objects)
    wanted, died = await state_hash(calm), 0
    for number, at in enumerate(range(40, 560, STEP)):
        after = number % 2 == 1
        stores = await copied(documents)
        async with opened(stores, objects, Spotter("old"), Spotter("new")) as bench:
            await start(bench)
        mortal = Mortal(stores, at, after=after)
        with contextlib.suppress(KilledError):
            async with opened(cast(Documents, mortal), objects, Spotter("old"), Spotter("new")) as bench:
                await work_off(bench)
        died += mortal.calls > at
        async with opened(stores, objects, Spotter("old"), Spotter("new")) as bench:
            assert isinstance(bench.clock, HeldClock)
            bench.clock.advance(3600)
            await bench.run_jobs()
            bench.clock.advance(3600)  # the lease of who died has expired
            await work_off(bench)
        assert await state_hash(stores) == wanted, f"died at write {at}"
    assert died > 20, "it was killed in the middle, again and again"


async def test_nothing_of_a_campaign_names_an_asset_that_is_gone(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("old"), Spotter("new")) as bench:
        campaign_id = await start(bench, asset_ids=ASSETS[:2])
        await hand_out(bench)
        for asset_id in (ASSETS[0], ASSETS[1]):  # the second one is where it has come to
            await bench.deliver(AssetRemoved(asset_id=asset_id))
            for name in ("campaigns", "analysed_assets"):
                assert asset_id not in str(await documents.find(name, {}))
        await work_off(bench)
        shown = await show(bench, campaign_id)
        assert (shown.state, shown.assets, shown.chunks) == (api.REANALYSIS_STATE_DONE, 0, 0)


@pytest.mark.parametrize(
    "further", [{}, {"channels": ["Kanal Eins"]}, {"since": Timestamp(seconds=-(10**9))}]
)
async def test_a_campaign_over_assets_that_are_all_gone_selects_no_other_asset(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects, further: dict[str, Any]
) -> None:
    new = Spotter("new")
    async with opened(documents, objects, Spotter("old"), new) as bench:
        campaign_id = await start(bench, asset_ids=ASSETS[:1], **further)
        tried = new.shown
        assert (await show(bench, campaign_id)).estimate.assets == 1
        await bench.deliver(AssetRemoved(asset_id=ASSETS[0]))
        await work_off(bench, 6)
        shown = await show(bench, campaign_id)
        assert (shown.state, shown.assets, new.shown - tried) == (api.REANALYSIS_STATE_DONE, 0, 0)


async def test_replicas_share_a_campaign_and_no_picture_is_looked_at_twice(
    archive: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    first, second = Spotter("new", seconds=0.01), Spotter("new", seconds=0.01)
    async with (
        opened(documents, objects, Spotter("old"), first) as one,
        opened(documents, objects, Spotter("old"), second) as other,
    ):
        campaign_id = await start(one)
        first.shown = 0
        for _ in range(8):
            await asyncio.gather(one.run_jobs(), other.run_jobs())
            for bench in (one, other):
                assert isinstance(bench.clock, HeldClock)
                bench.clock.advance(3)
        assert (await show(one, campaign_id)).state == api.REANALYSIS_STATE_DONE
        assert first.shown + second.shown == 12
        assert min(first.shown, second.shown) > 0
