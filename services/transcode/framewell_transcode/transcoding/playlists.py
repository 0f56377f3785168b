"""HLS playlists (RFC 8216) between content-addressed objects.

Every object lies one folder deep under its hash, so a URI from one object to another is
`../<folder>/<name>`: the same playlist works through the gateway, from a static server and from disk.
Playlists that players ask for by name (`master.m3u8`) name each other by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
SUBTITLE_GROUP: Final = "text"
MASTER: Final = "master.m3u8"
"""Name of the playlist that a player opens."""
_VERSION: Final = 7
_SELECTED: Final = ("main", "dub", "description")
"""Sounds that a player may choose by itself, for a viewer's language or needs."""
_CHARACTERISTICS: Final = {"description": "public.accessibility.describes-video"}
_MEDIA: Final = re.compile(r'#EXT-X-MEDIA:TYPE=(?P<type>AUDIO|SUBTITLES),.*URI="(?P<uri>[^"]*)"')
_NAMES: Final = {"AUDIO": "sound", "SUBTITLES": "text"}
_VARIANT: Final = "main.m3u8"


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of a rendition."""

    key: str
    seconds: float
    size: int
    is_gap: bool = False
    """True for a place that nothing was made for: a player goes on behind it."""


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


@dataclass(frozen=True, slots=True)
class SoundEntry:
    """One sound of the master playlist."""

    uri: str
    """Where its own playlist is."""
    rendition: Rendition
    language: str = ""
    """BCP 47, empty when not known."""
    role: str = "main"
    """As in audio.v1.SoundTrack."""
    title: str = ""


def media_playlist(rendition: Rendition, *, ended: bool = True, grows: bool = False) -> str:
    """Return the playlist of one track; one that grows at its end is an EVENT (RFC 8216, section 4.3.3.5)."""
    longest = max((part.seconds for part in rendition.segments), default=1.0)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'EVENT' if grows else 'VOD'}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{relative(rendition.header_key)}"',
    ]
    for part in rendition.segments:
        lines += ["#EXT-X-GAP"] if part.is_gap else []
        lines += [f"#EXTINF:{part.seconds:.6f},", relative(part.key)]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def master_playlist(
    *,
    video: tuple[str, Rendition] | None,
    audio: Sequence[SoundEntry],
    video_codec: str = "",
    resolution: tuple[int, int] | None = None,
    frame_rate: float | None = None,
    text: Sequence[str] = (),
) -> str:
    """Return the playlist a player opens.

    `video` is (URI of the track's playlist, track), `audio` begins with the sound that is played unless
    somebody chooses another, `text` are the lines of `caption_renditions`.

    Raises ValueError when there is neither.
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    codecs = [codec for codec in (video_codec if video else "", "mp4a.40.2" if audio else "") if codec]
    tracks = [video[1]] if video else []
    sounds = [sound.rendition for sound in audio]
    peak, average = (
        sum(rate(track) for track in tracks) + max((rate(sound) for sound in sounds), default=0)
        for rate in (_peak, _average)
    )
    attributes = [
        f"BANDWIDTH={max(1, peak)}",
        f"AVERAGE-BANDWIDTH={max(1, average)}",
        f'CODECS="{",".join(codecs)}"',
    ]
    if video and resolution:
        attributes.append(f"RESOLUTION={resolution[0]}x{resolution[1]}")
    if video and frame_rate:
        attributes.append(f"FRAME-RATE={frame_rate:.3f}")
    if audio and (video or len(audio) > 1):
        lines += _media_lines(audio)
        attributes.append('AUDIO="sound"')
    if text:
        lines += text
        attributes.append(f'SUBTITLES="{SUBTITLE_GROUP}"')
    if not video and not audio:
        raise ValueError("a playlist needs pictures or sound")
    uri = video[0] if video else audio[0].uri
    return "\n".join([*lines, f"#EXT-X-STREAM-INF:{','.join(attributes)}", uri, ""])


def named(master: str) -> tuple[str, Mapping[str, str]]:
    """Return a master playlist whose playlists have names, and the URI that each name stands for.

    The variant is `main.m3u8`, sounds are `sound-0.m3u8` and so on, subtitles `text-0.m3u8` and so on.
    """
    lines, uris = [], dict[str, str]()
    for line in master.splitlines():
        media = _MEDIA.match(line)
        if media is not None:
            count = sum(name.startswith(_NAMES[media["type"]]) for name in uris)
            name = f"{_NAMES[media['type']]}-{count}.m3u8"
            uris[name] = media["uri"]
            lines.append(f"{line[: media.start('uri')]}{name}{line[media.end('uri') :]}")
        elif line and not line.startswith("#"):
            uris[_VARIANT] = line
            lines.append(_VARIANT)
        else:
            lines.append(line)
    return "\n".join([*lines, ""]), uris


def _media_lines(sounds: Sequence[SoundEntry]) -> list[str]:
    """Return the EXT-X-MEDIA tags of the sounds; names differ, as RFC 8216 wants it."""
    lines, taken = [], set[str]()
    for number, sound in enumerate(sounds):
        name = _plain(sound.title) or _plain(" ".join((sound.language, sound.role)).strip())
        while name in taken:
            name = f"{name} {number + 1}"
        taken.add(name)
        chosen = "YES" if number == 0 else "NO"
        attributes = ["TYPE=AUDIO", 'GROUP-ID="sound"', f'NAME="{name}"']
        attributes += [f'LANGUAGE="{sound.language}"'] if sound.language else []
        attributes += [f"DEFAULT={chosen}", "AUTOSELECT=YES" if sound.role in _SELECTED else "AUTOSELECT=NO"]
        if characteristics := _CHARACTERISTICS.get(sound.role):
            attributes.append(f'CHARACTERISTICS="{characteristics}"')
        lines.append(f'#EXT-X-MEDIA:{",".join(attributes)},URI="{sound.uri}"')
    return lines


def _plain(text: str) -> str:
    """Return text as a quoted string of a playlist may hold it."""
    return " ".join(text.replace('"', "'").split())


def _peak(rendition: Rendition) -> int:
    return rendition.peak_bits_per_second


def _average(rendition: Rendition) -> int:
    return rendition.average_bits_per_second


def relative(key: str) -> str:
    """Return the URI of one object as seen from another."""
    return f"../{key}"
