"""Timed text in HLS: one WebVTT file is the one segment of its rendition (RFC 8216, section 3.5).

Segments of the proxy begin at time 0, as cues do, so the text needs no X-TIMESTAMP-MAP.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from framewell.media.v1.media_pb2 import CAPTION_KIND_CAPTIONS, CAPTION_KIND_FORCED, CaptionTrack
from framewell_transcode.transcoding.playlists import SUBTITLE_GROUP, relative

_FOR_THE_DEAF: Final = (
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
)


def caption_playlist(track: CaptionTrack, seconds: float) -> str:
    """Return the playlist of one track of an asset that lasts so many seconds."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{seconds:.6f},",
        relative(track.cues.key),
        "#EXT-X-ENDLIST",
        "",
    ]
    return "\n".join(lines)


def caption_renditions(tracks: Iterable[tuple[str, CaptionTrack]]) -> list[str]:
    """Return the lines of the master playlist on tracks, each with the URI of its playlist.

    Names differ, as RFC 8216 asks within a group, and at most one track is the default.
    """
    lines: list[str] = []
    names: set[str] = set()
    default_taken = False
    for uri, track in tracks:
        name = _name(track, names)
        names.add(name)
        shown = track.is_default and not default_taken and track.kind != CAPTION_KIND_FORCED
        default_taken = default_taken or shown
        attributes = [
            "TYPE=SUBTITLES",
            f'GROUP-ID="{SUBTITLE_GROUP}"',
            f'NAME="{name}"',
            f"DEFAULT={'YES' if shown else 'NO'}",
            "AUTOSELECT=YES",
            f"FORCED={'YES' if track.kind == CAPTION_KIND_FORCED else 'NO'}",
        ]
        if track.language:
            attributes.append(f'LANGUAGE="{track.language}"')
        if track.kind == CAPTION_KIND_CAPTIONS:
            attributes.append(f'CHARACTERISTICS="{_FOR_THE_DEAF}"')
        lines.append(f'#EXT-X-MEDIA:{",".join(attributes)},URI="{uri}"')
    return lines


def _name(track: CaptionTrack, taken: set[str]) -> str:
    """Return a name for people that no other track has; a quoted string holds neither quotes nor breaks."""
    wanted = " ".join("".join(sign for sign in track.title if sign.isprintable() and sign != '"').split())
    wanted = wanted or track.language or "Subtitles"
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name
