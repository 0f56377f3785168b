"""Look at a file inside the sandbox: recognise it, check that it is whole, decode its first frame."""

from __future__ import annotations

import io
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

import av
import av.error

from framewell_contracts.sentences import say
from framewell_media.errors import MISLABELLED, NO_CONTENT, UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, Format, open_container, sniff
from framewell_media.jobs.track_attributes import colour_attributes, track_attributes
from framewell_media.pictures import decode_upright, open_picture
from framewell_media.plausibility import check_headers
from framewell_media.programmes import programme_numbers
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters, media_job
from framewell_media.tracks import END_OF_DEMUXING, is_cover, moving_pictures, sound_track
from framewell_media.truncation import missing_bytes

MAX_TRACKS: Final = 200
"""Tracks described at most: a file of a thousand says nothing more, and its fact stays small."""
_PACKETS_TRIED: Final = 500
_LOOKED_AT: Final = (640, 640)
_PICTURE: Final = say("media_is.picture", "a picture")
# fmt: off
_PROMISES: Final = (
    (_PICTURE, {"still"}, {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".jp2",
                           ".j2k", ".avif", ".heic", ".heif"}),
    (say("media_is.sound", "sound"), {"audio"},
     {".wav", ".mp3", ".flac", ".m4a", ".aac", ".oga", ".opus", ".aif", ".aiff", ".aifc"}),
    (say("media_is.some_video", "video"), {"video"}, {".m4v", ".dv"}),
    (say("media_is.either", "video or sound"), {"video", "audio"},
     {".mp4", ".mov", ".mxf", ".mkv", ".ts", ".m2ts", ".mts", ".avi", ".mpg", ".mpeg", ".webm"}),
)
# fmt: on
"""What names promise: words, kinds of media, suffixes. Most containers may hold sound alone."""
_SEEMS: Final = {
    "still": _PICTURE,
    "audio": say("media_is.sound_alone", "sound without pictures"),
    "video": say("media_is.video", "a video"),
}


@media_job("probe")
def probe(files: JobFiles, parameters: Parameters) -> Answer:
    """Recognise the input, check that it is whole and decode its first frame.

    Parameters: `file_name` (the name its sender gave it). Returns `kind` (video, audio, still), `container`,
    `media_type`, `suffix` and `tracks` (fields of media.v1.Track). Raises MediaError with the verdict.
    """
    (source,) = files.inputs
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    fmt = sniff(source.read(SNIFF_BYTES))
    if missing := missing_bytes(source, fmt, size):
        raise MediaError(
            UNREADABLE,
            say(
                "media.cut_off",
                "The file is cut off: it has {size, number} bytes, its own headers promise "
                "{promised, number}. Send the whole file again.",
                size=size,
                promised=size + missing,
            ),
        )
    kind, tracks = _picture_tracks(source, fmt) if fmt.family == "picture" else _container_tracks(source, fmt)
    _check_name(str(parameters.get("file_name", "")), kind, fmt)
    answer = {"kind": kind, "container": fmt.name.lower(), "media_type": _media_type(fmt, kind)}
    return answer | {"suffix": fmt.suffix, "tracks": tracks}


def _check_name(file_name: str, kind: str, fmt: Format) -> None:
    suffix = PurePosixPath(file_name).suffix.lower()
    for promise, kinds, suffixes in _PROMISES:
        if suffix in suffixes and kind not in kinds:
            raise MediaError(
                MISLABELLED,
                say(
                    "media.mislabelled",
                    "The file is named {suffix}, which promises {promise}, but it is {found} "
                    "({media_type}). Name it for what it is, or send the right file.",
                    suffix=suffix,
                    promise=promise,
                    found=_SEEMS[kind],
                    media_type=fmt.media_type,
                ),
            )


def _media_type(fmt: Format, kind: str) -> str:
    return fmt.media_type.replace("video/", "audio/", 1) if kind == "audio" else fmt.media_type


def _picture_tracks(source: BinaryIO, fmt: Format) -> tuple[str, list[dict[str, Any]]]:
    with open_picture(source, fmt) as picture:
        upright = decode_upright(picture, _LOOKED_AT)
    track = {
        "index": 0,
        "kind": "video",
        "codec": fmt.name.lower(),
        "width": upright.width,
        "height": upright.height,
    }
    return "still", [track]


def _container_tracks(source: BinaryIO, fmt: Format) -> tuple[str, list[dict[str, Any]]]:
    with open_container(source, fmt) as container:
        check_headers(container, fmt)
        pictures = moving_pictures(container)
        programmes, timecode = programme_numbers(container), container.metadata.get("timecode", "")
        tracks = [
            track_attributes(stream, programmes.get(stream.index, 0))
            for stream in islice(container.streams, MAX_TRACKS)
            if stream is pictures or not is_cover(stream)
        ]
        stream = pictures or sound_track(container)
        if stream is None:
            raise MediaError(
                NO_CONTENT,
                say(
                    "media.no_tracks", "The file has neither a picture nor a sound track that can be decoded."
                ),
            )
        first = _first_frame(container, stream)
        if pictures is not None:
            shown = _displayed(pictures, first)
            if timecode and not pictures.metadata.get("timecode"):
                shown["timecode"] = timecode
            tracks = [track | shown if track["index"] == pictures.index else track for track in tracks]
    return ("video" if pictures is not None else "audio"), tracks


def _first_frame(container: Any, stream: Any) -> Any:
    """Decode and return the first frame. Raises MediaError when _PACKETS_TRIED packets give none."""
    packets = 0
    try:
        for packet in container.demux(stream):
            packets += packet.size > 0
            try:
                for frame in packet.decode():
                    return frame
            except av.error.FFmpegError:
                continue  # damaged packets at the start are common in recordings
            if packets >= _PACKETS_TRIED:
                break
    except END_OF_DEMUXING as error:
        said = say("media.past_header", "The file cannot be read past its header ({why}).", why=error)
        raise MediaError(UNREADABLE, said) from error
    what = "picture" if stream.type == "video" else "sound"
    if packets == 0:
        said = say(
            "media.empty_track",
            "The file has a {what, select, picture {picture} other {sound}} track but nothing in it.",
            what=what,
        )
        raise MediaError(NO_CONTENT, said)
    said = say(
        "media.packets",
        "Not one of the first {packets} {what, select, picture {picture} other {sound}} packets ({codec}) "
        "can be decoded.",
        packets=packets,
        what=what,
        codec=stream.codec_context.name if stream.codec_context else "unknown",
    )
    raise MediaError(UNREADABLE, said)


def _displayed(stream: Any, frame: Any) -> dict[str, Any]:
    """Return what a decoded picture shows: size as displayed (square pixels, upright) and colours."""
    aspect = stream.sample_aspect_ratio or 1
    width, height = round(frame.width * aspect), frame.height
    rotation = -frame.rotation % 360
    if rotation in (90, 270):
        width, height = height, width
    return {
        "width": width,
        "height": height,
        "rotation_degrees": rotation,
        "sample_aspect_ratio": str(aspect),
        "colour": colour_attributes(stream.codec_context) | colour_attributes(frame),
    }
