"""How a piece of work ended, as the mesh says it."""

from __future__ import annotations

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.mesh.v1 import mesh_pb2
from framewell_media.messages import timeline_message
from framewell_media.timeline import Timeline

DONE = mesh_pb2.Outcome(done=mesh_pb2.Done())


def failed(code: str, detail: str) -> mesh_pb2.Outcome:
    """Given up for good, with a word for programs and a sentence for people."""
    return mesh_pb2.Outcome(failed=mesh_pb2.Failed(code=code, detail=detail))


def is_done(outcome: mesh_pb2.Outcome) -> bool:
    """Whether the work is done."""
    return outcome.HasField("done")


def chunk_given_up(planned: ChunkPlanned, code: str, detail: str) -> ChunkTranscoded:
    """A chunk of which nothing was made."""
    return ChunkTranscoded(
        asset_id=planned.asset_id,
        chunk_id=planned.chunk_id,
        index=planned.index,
        span=planned.span,
        outcome=failed(code, detail),
        timeline=planned.timeline,
        lane=planned.lane,
        generation=planned.generation,
        kind=planned.kind,
    )


def silent(asset: AssetIngested, timeline: Timeline | None) -> AudioExtracted:
    """An asset without sound says so."""
    return _audio(asset, timeline, DONE)


def audio_given_up(asset: AssetIngested, timeline: Timeline | None, code: str, detail: str) -> AudioExtracted:
    """The sound could not be taken out."""
    return _audio(asset, timeline, failed(code, detail))


def _audio(asset: AssetIngested, timeline: Timeline | None, outcome: mesh_pb2.Outcome) -> AudioExtracted:
    return AudioExtracted(
        asset_id=asset.asset_id,
        outcome=outcome,
        present=False,
        lane=asset.lane,
        generation=asset.generation,
        timeline=timeline_message(timeline) if timeline else None,
    )
