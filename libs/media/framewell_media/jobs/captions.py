"""Read timed text inside the sandbox: out of a container, or out of a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any, BinaryIO, Final

from framewell_contracts.sentences import say
from framewell_media.captions import files as files_of_captions
from framewell_media.captions.cues import Cue, Unread, tidy, webvtt
from framewell_media.captions.embedded import read_embedded
from framewell_media.captions.files import MAX_FILE_BYTES, read_captions
from framewell_media.errors import NO_CONTENT, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters, media_job
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.tracks import moving_pictures

MAX_WEBVTT_BYTES: Final = 64 << 20
"""All tracks of a file together; what is beyond is left out and named."""


@media_job("read_embedded_captions")
def read_embedded_captions(files: JobFiles, parameters: Parameters) -> Answer:
    """Read the subtitle tracks of a container and the captions inside its pictures.

    Input: the source. Output: WebVTT files one behind the other. Parameters: `clock` (runs as the job `plan`
    answers them), `seconds` (length of the asset, a fraction). Returns `tracks` (`length` in bytes, `format`,
    `language`, `kind`, `title`, `track_index`, `is_default`, `cue_count`), `unread` (pairs of the index of a
    track of which nothing is read and the reason, see Unread) and `left_out` (pairs of a track's index and
    how many of its texts are `outside` the asset, `mistimed`, or `beyond` what a track may hold). Raises
    MediaError.
    """
    (source,), (output,) = files.inputs, files.outputs
    source.seek(0)
    fmt = sniff(source.read(SNIFF_BYTES))
    length = Fraction(parameters["seconds"])
    with open_container(source, fmt) as container:
        pictures = moving_pictures(container)
        if pictures is None:
            raise MediaError(NO_CONTENT, say("media.no_pictures", "The file has no picture track."))
        found, unread = read_embedded(container, pictures, _clock(parameters["clock"]), length)
    tracks, room = [], MAX_WEBVTT_BYTES
    left_out = [[one.track_index, asdict(one.text.left_out)] for one in found]
    for one in found:
        if not one.text.cues:
            continue
        written = _write(output, one.text.cues, room)
        if not written:
            unread.append((one.track_index, Unread.BEYOND))
            continue
        room -= written
        tracks.append(
            {
                "length": written,
                "format": one.format,
                "language": one.language,
                "kind": one.kind,
                "title": one.title,
                "track_index": one.track_index,
                "is_default": one.is_default,
                "cue_count": len(one.text.cues),
            }
        )
    return {"tracks": tracks, "unread": unread, "left_out": left_out}


@media_job("read_caption_file")
def read_caption_file(files: JobFiles, parameters: Parameters) -> Answer:
    """Read a file of timed text. Input: the file. Output: WebVTT.

    Parameters: `seconds` (length of the asset, a fraction), `start` (its start timecode in seconds, a
    fraction, or null). Returns `format`, `language` (as the file writes it), `cue_count` and `left_out` (how
    many texts are `outside` the asset, `mistimed`, or `beyond` what a file may hold). Raises MediaError,
    `no_content` where no text is shown during the asset.
    """
    (source,), (output,) = files.inputs, files.outputs
    length, start = Fraction(parameters["seconds"]), parameters["start"]
    source.seek(0)
    document = read_captions(
        source.read(MAX_FILE_BYTES + 1), length, None if start is None else Fraction(start)
    )
    text = tidy(document.cues, length, mistimed=document.mistimed)
    if not text.cues:
        raise MediaError(
            NO_CONTENT,
            say("subtitles.nothing", "The file of subtitles has no text that is shown during the asset."),
        )
    if not _write(output, text.cues, MAX_WEBVTT_BYTES):
        raise MediaError(
            NO_CONTENT,
            say("subtitles.too_much", "The file of subtitles has more text than an asset can have."),
        )
    return {
        "format": document.format,
        "language": document.language,
        "cue_count": len(text.cues),
        "left_out": asdict(text.left_out),
    }


def _write(output: BinaryIO, cues: Sequence[Cue], room: int) -> int:
    """Write cues as WebVTT unless they need more than `room` bytes; return the bytes written."""
    data = webvtt(cues).encode()
    return output.write(data) if len(data) <= room else 0


def _clock(runs: Sequence[Sequence[Any]]) -> SourceClock:
    return SourceClock(
        tuple(
            ClockRun(Fraction(first), Fraction(end), Fraction(start), position)
            for first, end, start, position in runs
        )
    )


def warm_up() -> None:
    """Have the readers of files load what they need."""
    files_of_captions.warm_up()
