"""What somebody may ask of a campaign, what it will take, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell_inference.adapters.campaign_documents import CampaignDocuments
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import State
from framewell_inference.queries.show_campaigns import remaining_seconds
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.estimate_campaign import NONE_SELECTED
from framewell_inference.testing.campaigns import (
    ASSETS,
    PICTURES,
    Spotter,
    arrive,
    opened,
    show,
    start,
    work_off,
)
from framewell_kit.documents import MemoryDocuments
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Forbidden, NotFound, Rejected

OLD, NEW = "1.0", "2.0"
TRIED = 2 * len(PICTURES)
"""Pictures that an estimate shows an analyser that has not run here."""


async def test_an_estimate_says_how_much_there_is_and_how_that_was_measured(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
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


async def test_how_long_a_campaign_takes_is_not_known_while_it_is_paused(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("new")) as bench:
        campaign = await CampaignDocuments(documents).get(await start(bench))
        begun = replace(campaign, counts=Counts(chunks=2))
        later = campaign.started_at + timedelta(seconds=10)
        assert remaining_seconds(begun, later) == 20
        assert remaining_seconds(replace(begun, state=State.PAUSED), later) is None


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
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
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
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
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
