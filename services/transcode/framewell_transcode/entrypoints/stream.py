"""Which fact reaches which handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.stream import HeavyStage, Stage
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_chunks import PlanChunks
from framewell_transcode.handlers.remove_asset import RemoveAsset
from framewell_transcode.handlers.stitch import Stitch, gave_up

_ASSETS_AT_ONCE: Final = 4
"""Completing an asset reads the scores of all its chunks: memory, rather than time, sets the number."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream handlers of transcode."""

    plan_chunks: PlanChunks
    make_chunk: MakeChunk
    stitch: Stitch
    remove_asset: RemoveAsset


def stages(handlers: Handlers, decisions: DecisionLog, *, chunks_at_once: int) -> list[Stage | HeavyStage]:
    """Return the subscriptions of transcode."""
    return [
        Stage("transcode.plan_chunks", handlers.plan_chunks),
        HeavyStage(
            "transcode.make_chunk",
            handlers.make_chunk,
            gave_up=handlers.make_chunk.gave_up,
            permits=chunks_at_once,
        ),
        Stage("transcode.stitch", handlers.stitch, gave_up=gave_up, concurrency=_ASSETS_AT_ONCE),
        Stage("transcode.remove_asset", handlers.remove_asset),
        Stage(
            "transcode.erase",
            Erase("transcode", asset=handlers.remove_asset.erase),
            decide_once=decisions,
        ),
    ]
