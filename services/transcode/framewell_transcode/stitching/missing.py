"""What is missing from a proxy, in sentences for a person."""

from __future__ import annotations

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_media.timeline import Timeline


def missing_chunk(chunk: ChunkTranscoded, timeline: Timeline) -> str:
    """A chunk of which nothing could be made; the proxy holds a neighbour's picture there."""
    return f"{_stretch(chunk, timeline)} is missing: {chunk.outcome.failed.detail}"


def missing_pictures(chunk: ChunkTranscoded, timeline: Timeline) -> str:
    """Pictures inside a chunk that could not be decoded."""
    count, of = len(chunk.missing_pts), chunk.span.frames
    return f"{_stretch(chunk, timeline)} is damaged: {count} of its {of} pictures cannot be decoded."


def odd_header(chunk: ChunkTranscoded, timeline: Timeline) -> str:
    """A chunk whose segment does not fit behind the others' header."""
    return (
        f"{_stretch(chunk, timeline)} is missing from the proxy: it was encoded by another build of the "
        "encoder or with other settings; reprocess the asset once all transcode machines are the same."
    )


def missing_stretch(gap: tuple[int, int], timeline: Timeline) -> str:
    """Pictures that the file itself does not have."""
    start, end = (float(timeline.seconds(pts)) for pts in gap)
    return f"From {_clock(start)} to {_clock(end)} the file has no pictures; the one before is held."


def missing_sound(audio: AudioExtracted) -> str:
    """The sound could not be taken out."""
    return f"The sound is missing: {audio.outcome.failed.detail}"


def _stretch(chunk: ChunkTranscoded, timeline: Timeline) -> str:
    start, end = (float(timeline.seconds(pts)) for pts in (chunk.span.start_pts, chunk.span.end_pts))
    last = chunk.span.first_frame + max(0, chunk.span.frames - 1)
    return f"From {_clock(start)} to {_clock(end)} (frames {chunk.span.first_frame} to {last})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}"
