"""HLS playlists (RFC 8216) between content-addressed objects.

Every object lies one folder deep under its hash, so a URI from one object to another is
`../<folder>/<name>`: the same playlist works through the gateway, from a static server and from disk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
_VERSION: Final = 7


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of a rendition."""

    key: str
    seconds: float
    size: int


@dataclass(frozen=True, slots=True)
class Rendition:
    """The segments of one track and the header they share."""

    header_key: str
    segments: tuple[SegmentEntry, ...]

    @property
    def peak_bits_per_second(self) -> int:
        """Return the rate of the segment that needs most."""
        return max((math.ceil(part.size * 8 / max(part.seconds, 1e-3)) for part in self.segments), default=0)

    @property
    def average_bits_per_second(self) -> int:
        """Return the rate over the whole track."""
        seconds = sum(part.seconds for part in self.segments)
        return math.ceil(sum(part.size for part in self.segments) * 8 / max(seconds, 1e-3))


def media_playlist(rendition: Rendition) -> str:
    """Return the playlist of one track."""
    longest = max((part.seconds for part in rendition.segments), default=1.0)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{relative(rendition.header_key)}"',
    ]
    for part in rendition.segments:
        lines += [f"#EXTINF:{part.seconds:.6f},", relative(part.key)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(
    *,
    video: tuple[str, Rendition] | None,
    audio: tuple[str, Rendition] | None,
    video_codec: str = "",
    resolution: tuple[int, int] | None = None,
    frame_rate: float | None = None,
) -> str:
    """Return the playlist a player opens; `video` and `audio` are (key of the track's playlist, track).

    Raises ValueError when there is neither.
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    codecs = [codec for codec in (video_codec if video else "", "mp4a.40.2" if audio else "") if codec]
    tracks = [track for _, track in (entry for entry in (video, audio) if entry)]
    attributes = [
        f"BANDWIDTH={max(1, sum(track.peak_bits_per_second for track in tracks))}",
        f"AVERAGE-BANDWIDTH={max(1, sum(track.average_bits_per_second for track in tracks))}",
        f'CODECS="{",".join(codecs)}"',
    ]
    if video and resolution:
        attributes.append(f"RESOLUTION={resolution[0]}x{resolution[1]}")
    if video and frame_rate:
        attributes.append(f"FRAME-RATE={frame_rate:.3f}")
    if video and audio:
        uri = relative(audio[0])
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="main",DEFAULT=YES,AUTOSELECT=YES,URI="{uri}"'
        )
        attributes.append('AUDIO="sound"')
    entry = video or audio
    if entry is None:
        raise ValueError("a playlist needs pictures or sound")
    return "\n".join([*lines, f"#EXT-X-STREAM-INF:{','.join(attributes)}", relative(entry[0]), ""])


def relative(key: str) -> str:
    """Return the URI of one object as seen from another."""
    return f"../{key}"
