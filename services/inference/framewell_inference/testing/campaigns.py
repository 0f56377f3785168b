"""A small archive, and analysers that see one thing in every picture: for tests of campaigns."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded, PictureStatistics
from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell.media.v1.media_pb2 import Span, Work
from framewell_inference.domain.observations import Findings, FrameSpan, Observation
from framewell_inference.domain.pictures import Frame
from framewell_inference.ports.analysers import Analysers
from framewell_inference.settings import InferenceSettings
from framewell_inference.testing import NO_ANALYSERS, TIMELINE, InferenceBench, frame_bundle
from framewell_kit.clock import Clock
from framewell_kit.documents import Documents
from framewell_kit.objects import Objects
from framewell_kit.outcome_messages import done
from framewell_kit.testing.clocks import HeldClock
from framewell_models.manifest import ModelRef

ASSETS: Final = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
PICTURES: Final = [np.full((36, 64, 3), value, np.uint8) for value in (10, 250)]
"""The pictures of every chunk."""


@dataclass
class Spotter:
    """Sees one thing in every picture, and counts the pictures it was shown."""

    name: str
    version: str = "1.0"
    label: str = "thing"
    broken: bool = False
    seconds: float = 0.0
    shown: int = 0
    description: str = "Things."

    @property
    def models(self) -> Sequence[ModelRef]:
        return [ModelRef(f"house/{self.name}", self.version)]

    def begin(self, *, still: bool = False) -> SpotterPass:  # noqa: ARG002
        return SpotterPass(self)


@dataclass
class SpotterPass:
    """One pass of a spotter."""

    spotter: Spotter
    seen: list[Observation] = field(default_factory=list)

    def look(self, frames: Sequence[Frame]) -> None:
        if self.spotter.broken:
            raise ZeroDivisionError("a bug of its own")
        for frame in frames:
            time.sleep(self.spotter.seconds)
            self.spotter.shown += 1
            span = FrameSpan.of(frame)
            self.seen.append(
                Observation("label", span, 0.9, (frame.pts, frame.index), label=self.spotter.label, shot=0)
            )

    def finish(self) -> Findings:
        return Findings(self.spotter.name, self.spotter.models[0], tuple(self.seen))


def with_pictures(*pictures: Spotter) -> Analysers:
    """Return analysers of these alone."""
    return replace(NO_ANALYSERS, pictures=[*pictures])


@asynccontextmanager
async def opened(
    documents: Documents, objects: Objects, *spotters: Spotter, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[InferenceBench]:
    """Open a process with these analysers over the stores."""
    made = InferenceSettings(**settings)
    async with InferenceBench(
        with_pictures(*spotters), documents=documents, objects=objects, settings=made, clock=clock
    ) as bench:
        yield bench


async def arrive(bench: InferenceBench, asset_id: str, chunks: int = 2, **more: Any) -> AssetAnalysed:
    """Have an asset analysed as it arrives, and return its end."""
    work = Work(asset_id=asset_id, generation=1, timeline=TIMELINE, **more)
    await bench.decide(asset_id)
    await bench.deliver(AssetTranscoded(work=work, outcome=done(), chunk_count=chunks))
    for index in range(chunks):
        start = 20 * index
        fact = ChunkTranscoded(
            work=work,
            chunk_id=f"{asset_id}/0/{start}",
            index=index,
            span=Span(start_pts=start, end_pts=start + 20, first_frame=start, frames=20),
            outcome=done(),
            frames=await bench.objects.put(frame_bundle(PICTURES, start), media_type="application/arrow"),
            pictures=PictureStatistics(sampled_frames=len(PICTURES)),
        )
        (analysed,) = await bench.deliver(fact, group="inference.analyse_chunk")
        await bench.deliver(analysed)
    return bench.facts.of(AssetAnalysed)[-1]


async def start(bench: InferenceBench, analyser: str = "new", **selection: Any) -> str:
    """Start a campaign, over everything unless a selection is given; return its id."""
    request = api.StartReanalysisRequest(
        target=api.ReanalysisTarget(analyser=analyser),
        selection=api.ReanalysisSelection(**(selection or {"all": True})),
    )
    started: api.StartReanalysisResponse = await bench.call("StartReanalysis", request)
    return started.reanalysis.reanalysis_id


async def show(bench: InferenceBench, campaign_id: str) -> api.Reanalysis:
    """Return how far a campaign has come."""
    request = api.GetReanalysisRequest(reanalysis_id=campaign_id)
    found: api.GetReanalysisResponse = await bench.call("GetReanalysis", request)
    return found.reanalysis


async def state_hash(documents: Documents) -> str:
    """Return a hash of what is kept of assets and campaigns, without times and who worked how often."""
    state: dict[str, Any] = {}
    for name in ("observation_sets", "analyses", "analysed_assets", "face_tracks", "postings"):
        kept = await documents.find(name, {})
        state[name] = sorted(
            json.dumps({**one, "look_revision": 0}, sort_keys=True, default=str) for one in kept
        )
    for campaign in await documents.find("campaigns", {}):
        counts = {key: value for key, value in campaign["counts"].items() if key != "seconds"}
        state["campaign"] = [campaign["state"], campaign["assets"], campaign["open"], counts]
    return hashlib.sha256(json.dumps(state, sort_keys=True, default=str).encode()).hexdigest()


async def work_off(bench: InferenceBench, rounds: int = 12) -> None:
    """Do all jobs, and let the time pass that they wait."""
    for _ in range(rounds):
        await bench.run_jobs()
        await bench.deliver_own(ChunkAnalysed)
        assert isinstance(bench.clock, HeldClock)
        bench.clock.advance(16)


async def results(bench: InferenceBench, asset_id: str) -> dict[str, int]:
    """Return what the newest end of an asset says: observations by analyser and version."""
    ended = [one for one in bench.facts.of(AssetAnalysed) if one.work.asset_id == asset_id][-1]
    return {f"{one.analyser}@{one.model.version}": one.observation_count for one in ended.totals}


async def hand_out(bench: InferenceBench) -> None:
    """Let a campaign put its pieces, and do none of them."""
    jobs = bench.service.jobs
    kept = [one for one in jobs if one.kind == "campaign"]
    bench.service = replace(bench.service, jobs=kept)
    await bench.run_jobs()
    bench.service = replace(bench.service, jobs=jobs)
