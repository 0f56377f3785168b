"""What a container and its codecs say about a track: the fields of media.v1.Track as a job answers them."""

from __future__ import annotations

import re
from typing import Any, Final

from av.stream import Disposition

_PRIMARIES: Final = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
_TRANSFERS: Final = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12",
    16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_MATRICES: Final = {
    1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
}  # fmt: skip
"""Code points of ITU-T H.273 by FFmpeg's names; 2 stands for unspecified."""
_RANGES: Final = {1: "limited", 2: "full"}
_FIELD_ORDERS: Final = {
    1: "progressive",
    2: "top_first",
    3: "bottom_first",
    4: "top_first",
    5: "bottom_first",
}
"""AVFieldOrder by the field displayed first. 4 (`tb`) and 5 (`bt`) are fields stored in one another's lines:
9 and 14 of QuickTime (Apple TN2162) and Matroska, of which 9 shows the top field first."""

_ROLES: Final = (
    (Disposition.forced, "forced"),
    (Disposition.hearing_impaired, "hearing_impaired"),
    (Disposition.visual_impaired, "visual_impaired"),
    (Disposition.comment, "commentary"),
    (Disposition.descriptions, "description"),
    (Disposition.dub, "dub"),
    (Disposition.original, "original"),
    (Disposition.captions, "captions"),
    (Disposition.lyrics, "lyrics"),
    (Disposition.clean_effects, "clean_effects"),
    (Disposition.attached_pic, "cover"),
)
_MPEG2_LEVELS: Final = {10: "Low", 8: "Main", 6: "High 1440", 4: "High"}
_LONGEST_TITLE: Final = 300
_HANDLER_OF_A_TOOL: Final = re.compile(r"handler|core media|apple|^iso media|gpac|mainconcept", re.IGNORECASE)
"""Names that multiplexers write into every file; they are nobody's titles."""


def track_attributes(stream: Any, programme_number: int = 0) -> dict[str, Any]:
    """Return what is known of a track without decoding it; absent fields are not known."""
    context = getattr(stream, "codec_context", None)
    attributes: dict[str, Any] = {
        "index": stream.index,
        "kind": stream.type,
        "codec": context.name if context is not None else "",
        "language": stream.metadata.get("language", ""),
        "title": track_title(stream),
        "timecode": stream.metadata.get("timecode", ""),
        "is_default": bool(stream.disposition & Disposition.default),
        "roles": [name for flag, name in _ROLES if stream.disposition & flag],
        "programme_number": programme_number,
        "container_id": stream.id,
    }
    if stream.duration and stream.time_base:
        attributes["duration_seconds"] = float(stream.duration * stream.time_base)
    if context is None:
        return attributes
    attributes |= {"profile": context.profile or "", "bit_rate": context.bit_rate or 0}
    if stream.type == "audio":
        attributes |= _sound(context)
    elif stream.type == "video":
        attributes |= _pictures(stream, context)
    return attributes


def track_title(stream: Any) -> str:
    """Return the title that somebody gave a track, in one line of at most 300 characters."""
    title = stream.metadata.get("title", "")
    handler = stream.metadata.get("handler_name", "")
    if not title and not _HANDLER_OF_A_TOOL.search(handler):
        title = handler
    return " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())[:_LONGEST_TITLE]


def colour_attributes(described: Any) -> dict[str, str]:
    """Return what a codec's context or a decoded frame says about its colours; empty for nothing."""
    found = {
        "primaries": _PRIMARIES.get(described.color_primaries, ""),
        "transfer": _TRANSFERS.get(described.color_trc, ""),
        "matrix": _MATRICES.get(described.colorspace, ""),
        "range": _RANGES.get(described.color_range, ""),
    }
    return {name: value for name, value in found.items() if value}


def _pictures(stream: Any, context: Any) -> dict[str, Any]:
    components = context.format.components if context.format is not None else ()
    aspect = stream.sample_aspect_ratio
    attributes = {
        "width": round(context.width * (aspect or 1)),
        "height": context.height,
        "coded_width": context.width,
        "coded_height": context.height,
        "level": _level(context),
        "pixel_format": context.pix_fmt or "",
        "bit_depth": max((component.bits for component in components), default=0),
        "colour": colour_attributes(context),
        "field_order": _FIELD_ORDERS.get(context.field_order, ""),
    }
    if aspect:
        attributes["sample_aspect_ratio"] = str(aspect)
    if rate := stream.guessed_rate or stream.average_rate:
        attributes["frame_rate"] = str(rate)
    return attributes


def _sound(context: Any) -> dict[str, Any]:
    layout, sample_format = context.layout, context.format
    return {
        "sample_rate": context.sample_rate or 0,
        "channels": context.channels or 0,
        "channel_layout": layout.name if layout is not None else "",
        "sample_format": sample_format.name if sample_format is not None else "",
        "bit_depth": _sample_bits(context.name),
    }


def _sample_bits(codec: str) -> int:
    """Return the bits of a sample of PCM; of other codecs they are not known."""
    found = re.match(r"pcm_[suf](\d+)", codec)
    return int(found[1]) if found else 0


def _level(context: Any) -> str:
    """Return the level as the codec's standard writes it, empty where it has none or it is not known."""
    level = context.level
    if level <= 0:
        return ""
    if context.name == "h264":
        return "1b" if level == 9 else f"{level // 10}.{level % 10}"
    if context.name == "hevc":
        return f"{level / 30:.1f}"
    if context.name == "mpeg2video":
        return _MPEG2_LEVELS.get(level, "")
    return ""
