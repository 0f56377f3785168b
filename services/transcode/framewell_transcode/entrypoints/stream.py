"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from typing import Final

from framewell_kit.erasure import Erase
from framewell_kit.stream import HeavyStage, Stage
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_chunks import PlanChunks
from framewell_transcode.handlers.remove_asset import RemoveAsset
from framewell_transcode.handlers.stitch import Stitch, gave_up
from framewell_transcode.ports import Ports
from framewell_transcode.transcoding.composer import Composer

_ASSETS_AT_ONCE: Final = 4
"""Completing an asset reads the scores of all its chunks: memory, rather than time, sets the number."""


def stages(
    ports: Ports, remove: RemoveAsset, erase: Erase, *, chunks_at_once: int
) -> list[Stage | HeavyStage]:
    """Return one stage a consumer group."""
    progress, references = ports.progress, ports.references
    make_chunk = MakeChunk(ports.processor, progress, references)
    stitch = Stitch(progress, references, Composer(ports.processor, ports.objects))
    return [
        Stage("transcode.plan_chunks", PlanChunks(progress, ports.queue)),
        HeavyStage("transcode.make_chunk", make_chunk, gave_up=make_chunk.gave_up, permits=chunks_at_once),
        Stage("transcode.stitch", stitch, gave_up=gave_up, concurrency=_ASSETS_AT_ONCE),
        Stage("transcode.remove_asset", remove),
        Stage("transcode.erase", erase),
    ]
