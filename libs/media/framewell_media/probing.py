"""What a file is: kind, container and tracks, or a verdict that a person understands.

The reading happens in the sandbox (`framewell_media.jobs.probe`); this is its result on the trusted side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal

from framewell.media.v1 import media_pb2
from framewell_media.languages import bcp47
from framewell_media.messages import duration_message, ratio_message
from framewell_media.sandbox import Limits, Sandbox

Kind = Literal["video", "audio", "still"]

PROBE_LIMITS: Final = Limits(memory_bytes=1 << 30, cpu_seconds=60, wall_seconds=180, output_bytes=0)
_KINDS: Final = {
    "video": media_pb2.MEDIA_KIND_VIDEO,
    "audio": media_pb2.MEDIA_KIND_AUDIO,
    "still": media_pb2.MEDIA_KIND_STILL,
}
_TRACK_KINDS: Final = {
    "video": media_pb2.TRACK_KIND_VIDEO,
    "audio": media_pb2.TRACK_KIND_AUDIO,
    "subtitle": media_pb2.TRACK_KIND_SUBTITLE,
    "data": media_pb2.TRACK_KIND_DATA,
}
_TEXTS: Final = (
    "codec", "profile", "level", "pixel_format", "channel_layout", "sample_format", "timecode", "title",
)  # fmt: skip
_NUMBERS: Final = (
    "width", "height", "coded_width", "coded_height", "rotation_degrees", "bit_depth", "sample_rate",
    "channels", "bit_rate", "programme_number", "container_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """A file that holds at least one picture or sound that can be decoded."""

    kind: Kind
    container: str
    media_type: str
    suffix: str
    tracks: tuple[media_pb2.Track, ...]

    @property
    def kind_message(self) -> media_pb2.MediaKind.ValueType:
        """Return the kind as its enum value."""
        return _KINDS[self.kind]


async def probe(sandbox: Sandbox, path: Path, *, file_name: str) -> Probe:
    """Return what a file is, read in the sandbox.

    `file_name` is the name its sender gave it; a name that promises another kind of media is a verdict too.
    Raises MediaError with the verdict, SandboxError when there is none.
    """
    answer = await sandbox.run("probe", {"file_name": file_name}, inputs=[path], limits=PROBE_LIMITS)
    if answer["kind"] not in _KINDS:
        raise ValueError(f"the probe answered an unknown kind {answer['kind']!r}")
    return Probe(
        kind=answer["kind"],
        container=str(answer["container"]),
        media_type=str(answer["media_type"]),
        suffix=str(answer["suffix"]),
        tracks=tuple(_track(entry) for entry in answer["tracks"]),
    )


def _track(entry: Mapping[str, Any]) -> media_pb2.Track:
    """Return a track as a message. Raises ValueError for an answer that names what does not exist."""
    rate, aspect, colour = entry.get("frame_rate"), entry.get("sample_aspect_ratio"), entry.get("colour")
    seconds = float(entry.get("duration_seconds", 0))
    plain: dict[str, Any] = {name: str(entry.get(name, "")) for name in _TEXTS}
    plain |= {name: int(entry.get(name, 0)) for name in _NUMBERS}
    order = str(entry.get("field_order") or "unspecified").upper()
    return media_pb2.Track(
        index=int(entry["index"]),
        kind=_TRACK_KINDS.get(str(entry["kind"]), media_pb2.TRACK_KIND_UNSPECIFIED),
        language=bcp47(str(entry.get("language", ""))),
        sample_aspect_ratio=ratio_message(Fraction(aspect)) if aspect else None,
        frame_rate=ratio_message(Fraction(rate)) if rate else None,
        duration=duration_message(seconds) if seconds else None,
        colour=_colour(colour) if colour else None,
        field_order=media_pb2.FieldOrder.Value(f"FIELD_ORDER_{order}"),
        is_default=bool(entry.get("is_default")),
        roles=[
            media_pb2.TrackRole.Value(f"TRACK_ROLE_{str(role).upper()}") for role in entry.get("roles", ())
        ],
        **plain,
    )


def _colour(found: Mapping[str, Any]) -> media_pb2.Colour:
    extent = str(found.get("range") or "unspecified").upper()
    return media_pb2.Colour(
        primaries=str(found.get("primaries", "")),
        transfer=str(found.get("transfer", "")),
        matrix=str(found.get("matrix", "")),
        range=media_pb2.ColourRange.Value(f"COLOUR_RANGE_{extent}"),
    )
