"""What a budget of live skipped is made up for by a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed
from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.ports.analysers import PictureAnalyser
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.testing.campaigns import (
    ASSETS,
    Spotter,
    arrive,
    opened,
    results,
    work_off,
)
from framewell_kit.documents import MemoryDocuments
from framewell_kit.objects import MemoryObjects


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
