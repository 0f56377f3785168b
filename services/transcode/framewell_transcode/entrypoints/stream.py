"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from functools import partial
from typing import Final

from framewell_kit.erasure import Erase
from framewell_kit.stream import HeavyStage, Stage
from framewell_kit.tombstones import Tombstones, UnlessGone
from framewell_transcode.handlers.follow_rights import FollowRights
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_chunks import PlanChunks
from framewell_transcode.handlers.plan_segment import PlanSegment
from framewell_transcode.handlers.remove_asset import RemoveAsset
from framewell_transcode.handlers.stitch import Stitch, gave_up
from framewell_transcode.ports.wired import Ports
from framewell_transcode.steps.forget_asset import ForgetAsset
from framewell_transcode.steps.make_for_analysis import MakeForAnalysis
from framewell_transcode.transcoding.composer import Composer

_ASSETS_AT_ONCE: Final = 4
"""Completing an asset reads the scores of all its chunks: memory, rather than time, sets the number."""


def stages(
    ports: Ports, tombstones: Tombstones, forget: ForgetAsset, erase: Erase, *, chunks_at_once: int
) -> list[Stage | HeavyStage]:
    """Return one stage a consumer group; of an asset that is gone none makes anything."""
    p, unless_gone = ports, partial(UnlessGone, tombstones=tombstones, forget=forget)
    for_analysis = MakeForAnalysis(p.rights, p.materials, p.references)
    plan_chunks = PlanChunks(p.progress, p.queue, p.recordings, p.recording_queue)
    make_chunk = MakeChunk(p.processor, p.progress, p.recordings, for_analysis)
    stitch = Stitch(p.progress, p.materials, p.references, Composer(p.processor, p.objects))
    return [
        Stage("transcode.plan_chunks", unless_gone(plan_chunks)),
        Stage("transcode.plan_segment", unless_gone(PlanSegment(p.recordings, p.recording_queue))),
        HeavyStage(
            "transcode.make_chunk",
            unless_gone(make_chunk, is_current=lambda fact: p.progress.is_current(fact.work)),
            gave_up=make_chunk.gave_up,
            permits=chunks_at_once,
            live_permits=1,
        ),
        Stage("transcode.stitch", unless_gone(stitch), gave_up=gave_up, concurrency=_ASSETS_AT_ONCE),
        Stage("transcode.follow_rights", unless_gone(FollowRights(p.rights, for_analysis))),
        Stage("transcode.remove_asset", RemoveAsset(tombstones, forget)),
        Stage("transcode.erase", erase),
    ]
