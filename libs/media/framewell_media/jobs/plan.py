"""Plan a source inside the sandbox: demux it once, write the frame index, return clock and chunks.

Nothing but the first picture is decoded: it sets the canvas.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import av
import av.error
import numpy as np

from framewell_contracts.sentences import say
from framewell_contracts.timecode import Timecode, TimecodeError
from framewell_media.canvas import first_displayed_size
from framewell_media.captions.line21 import CaptionWatch
from framewell_media.errors import NO_CONTENT, MediaError
from framewell_media.formats import CLOCKLESS, SNIFF_BYTES, open_container, sniff
from framewell_media.planning import PacketTable, SourcePlan, Stream, plan_source, read_packets
from framewell_media.planning.packets import NO_TIME
from framewell_media.planning.table import PlanFile, read_chunk
from framewell_media.plausibility import check_headers, check_measured
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters, media_job
from framewell_media.tracks import moving_pictures, sound_track

_MAX_GAPS: Final = 1000
"""Gaps listed one by one; a file with more is damaged throughout, which the first thousand show as well."""


@media_job("plan")
def plan(files: JobFiles, parameters: Parameters) -> Answer:
    """Demux the input once and write its plan (Arrow IPC, see `planning.table`) to the output.

    Parameters: `chunk_seconds`, `timecode` (overrides the file's own; may be empty). Returns
    `container` (libavformat's name), `has_sound`, `has_captions` (inside the pictures), `canvas` (width and
    height), `timeline`, `chunks` and `gaps` (at most `_MAX_GAPS` pairs of pts), and `clock` (runs as
    `ClockRun`: three fractions of seconds and the first byte or null).
    Raises MediaError: `no_content` where there is not a single picture, `unreadable` for a length or a rate
    that no recording has.
    """
    (source,), (table_file,) = files.inputs, files.outputs
    source.seek(0)
    fmt = sniff(source.read(SNIFF_BYTES))
    with open_container(source, fmt) as container:
        check_headers(container, fmt)
        pictures = _pictures_of(container)
        declared = pictures.guessed_rate or pictures.average_rate
        stated_timecode = parameters["timecode"] or _stated_timecode(container, pictures)
        has_sound = sound_track(container) is not None
        stream = Stream(
            pictures.time_base, declared, _stores_times(fmt.name, pictures), fmt.name in CLOCKLESS
        )
        canvas = first_displayed_size(container, pictures)
    table, captions = PlanFile(table_file, canvas), CaptionWatch()

    def packets() -> Iterator[PacketTable]:
        with open_container(source, fmt) as container:
            yield from read_packets(container, _pictures_of(container), captions.look)

    source_plan = plan_source(packets, stream, table, chunk_seconds=float(parameters["chunk_seconds"]))
    table.end()
    check_measured(source_plan.frame_count, source_plan.seconds)
    if not stated_timecode and fmt.name in ("mpeg", "mpegvideo"):
        with open_container(source, fmt) as container:
            stated_timecode = _timecode_of_first_picture(container)
    label, drop_frame = _checked(stated_timecode, source_plan.frame_rate)
    return {
        "container": fmt.name,
        "has_sound": has_sound,
        "has_captions": captions.seen,
        "canvas": list(canvas),
        "timeline": _timeline(source_plan) | {"start_timecode": label, "drop_frame": drop_frame},
        "chunks": [_chunk(chunk) for chunk in source_plan.chunks],
        "gaps": source_plan.gaps()[:_MAX_GAPS],
        "clock": [
            [str(run.source_start), str(run.source_end), str(run.start), run.first_byte]
            for run in source_plan.clock.runs
        ],
    }


def _pictures_of(container: Any) -> Any:
    pictures = moving_pictures(container)
    if pictures is None:
        raise MediaError(NO_CONTENT, say("media.nothing_to_plan", "The file has no picture track to plan."))
    return pictures


def _stores_times(container: str, stream: Any) -> bool:
    """Return False for reordered H.264 or HEVC in AVI: it keeps no pts, and libavformat guesses wrong."""
    reordered = stream.codec_context.name in ("h264", "hevc") and stream.codec_context.has_b_frames
    return not (container == "avi" and reordered)


def _timeline(source_plan: SourcePlan) -> dict[str, Any]:
    return {
        "time_base": str(source_plan.time_base),
        "frame_rate": str(source_plan.frame_rate),
        "variable_rate": source_plan.variable_rate,
        "start_pts": source_plan.start_pts,
        "duration_pts": source_plan.end_pts - source_plan.start_pts,
        "frame_count": source_plan.frame_count,
        "has_gaps": bool(source_plan.gaps()),
    }


def _chunk(chunk: Any) -> dict[str, Any]:
    located = chunk.first_byte != NO_TIME and chunk.byte_length > 0
    return {
        "discontinuity": chunk.discontinuity,
        "start_pts": chunk.start_pts,
        "end_pts": chunk.end_pts,
        "first_frame": chunk.first_frame,
        "frames": chunk.frames,
        "bytes": [chunk.first_byte, chunk.byte_length] if located else None,
    }


def _stated_timecode(container: Any, pictures: Any) -> str:
    """Return the label of the video track, a timecode track or the container (MXF), in that order, or ""."""
    others = [stream for stream in container.streams if stream.type == "data"]
    for owner in (pictures, *others, container):
        if label := owner.metadata.get("timecode"):
            return str(label)
    return ""


def _timecode_of_first_picture(container: Any) -> str:
    """Return the label in the first group of pictures of an MPEG elementary or program stream, or ""."""
    try:
        for frame in container.decode(moving_pictures(container)):
            return str(frame.metadata.get("timecode", ""))
    except av.error.FFmpegError:
        pass
    return ""


def _checked(label: str, rate: Fraction) -> tuple[str, bool]:
    """Return the label as SMPTE ST 12 writes it and whether it drops frames; empty for an impossible one."""
    if not label:
        return "", False
    try:
        timecode = Timecode.parse(label, rate)
    except TimecodeError:
        return "", False
    return str(timecode), timecode.drop_frame


def warm_up() -> None:
    """Plan three made-up pictures: numpy and Arrow import parts of themselves at first use."""
    times = np.array([0, 1, 2], dtype=np.int64)
    flags = np.array([True, False, False])
    packets = PacketTable(
        Fraction(1, 25), times, times, times, times + 1, times * 0 + 1, flags, ~flags & False
    )
    file = io.BytesIO()
    table = PlanFile(file, (1, 1))
    plan_source(lambda: [packets], Stream(Fraction(1, 25), None), table, chunk_seconds=1.0)
    table.end()
    read_chunk(file, 0)
