"""Which fact reaches which handler."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_kit.stream import HeavyStage, Stage
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_chunks import PlanChunks
from framewell_transcode.handlers.remove_asset import Erase, RemoveAsset
from framewell_transcode.handlers.stitch import Stitch, StitchAudio, gave_up

_ASSETS_AT_ONCE = 4
"""Completing an asset reads the scores of all its chunks: memory, rather than time, sets the number."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream handlers of transcode."""

    plan_chunks: PlanChunks
    make_chunk: MakeChunk
    stitch: Stitch
    stitch_audio: StitchAudio
    remove_asset: RemoveAsset
    erase: Erase


def stages(handlers: Handlers, *, chunks_at_once: int) -> list[Stage | HeavyStage]:
    """The subscriptions of transcode."""
    return [
        Stage("transcode.plan_chunks", handlers.plan_chunks),
        HeavyStage(
            "transcode.make_chunk",
            handlers.make_chunk,
            gave_up=handlers.make_chunk.gave_up,
            permits=chunks_at_once,
        ),
        Stage(
            "transcode.stitch",
            handlers.stitch,
            gave_up=gave_up,
            concurrency=_ASSETS_AT_ONCE,
        ),
        Stage(
            "transcode.stitch_audio",
            handlers.stitch_audio,
            gave_up=gave_up,
            concurrency=_ASSETS_AT_ONCE,
        ),
        Stage("transcode.remove_asset", handlers.remove_asset),
        Stage("transcode.erase", handlers.erase),
    ]
