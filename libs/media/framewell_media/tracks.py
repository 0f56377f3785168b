"""Which tracks of an open container are worked on, and which sound belongs to which picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import av.error
from av.stream import Disposition

from framewell_contracts.sentences import say
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.languages import bcp47
from framewell_media.programmes import programme_numbers

END_OF_DEMUXING: Final = (av.error.FFmpegError, IndexError)
"""How a demuxer gives up on damaged input; the IndexError is PyAV's, for a track that appeared on the way."""

_ROLES: Final = (
    (Disposition.visual_impaired, "description"),
    (Disposition.descriptions, "description"),
    (Disposition.hearing_impaired, "hearing-impaired"),
    (Disposition.comment, "commentary"),
    (Disposition.clean_effects, "effects"),
    (Disposition.dub, "dub"),
)
MAIN: Final = "main"
_MADE_FOR_EVERYBODY: Final = (MAIN, "dub")
_MONO_PER_TRACK: Final = ("mxf", "mov", "mp4", "avi", "gxf", "mxf_opatom")
"""Containers in which broadcasters keep the channels of one sound as tracks of one channel each."""


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """One sound of a file: a track, or two tracks of one channel that are its left and right."""

    streams: tuple[Any, ...]
    language: str
    """BCP 47; empty when the container does not say."""
    role: str
    """`main`, `dub`, `commentary`, `description`, `hearing-impaired` or `effects`."""
    title: str
    """The name somebody gave it, empty for none."""
    is_default: bool

    @property
    def indexes(self) -> tuple[int, ...]:
        """Return the indexes of its tracks in the container."""
        return tuple(stream.index for stream in self.streams)

    @property
    def layout(self) -> str:
        """Return its channels by FFmpeg's name, e.g. `5.1(side)`; stereo where no header was seen yet."""
        if len(self.streams) > 1:
            return "stereo"
        layout = self.streams[0].codec_context.layout
        return layout.name if layout is not None and layout.nb_channels else "stereo"


def moving_pictures(container: Any) -> Any | None:
    """Return the first video track that is no cover picture, None when there is none.

    Raises MediaError (`unreadable`) when no decoder is known for it.
    """
    track = next((stream for stream in container.streams.video if not is_cover(stream)), None)
    if track is not None and track.codec_context is None:
        raise MediaError(
            UNREADABLE, say("media.codec", "The picture track is in a codec that cannot be decoded here.")
        )
    return track


def sound_track(container: Any) -> Any | None:
    """Return the (left) track of the main sound, None when there is none that can be decoded."""
    found = sound_tracks(container)
    return found[0].streams[0] if found else None


def sound_tracks(container: Any, language: str = "") -> tuple[SoundTrack, ...]:
    """Return every sound that can be decoded and belongs to the pictures, the main one first.

    Of several programmes that of the pictures counts. The main sound is one for everybody (no commentary, no
    description), preferably in `language` (BCP 47), then the one flagged as default, then the first.
    """
    streams = [stream for stream in container.streams.audio if stream.codec_context is not None]
    programmes = programme_numbers(container) if len(streams) > 1 else {}
    pictures = next((stream for stream in container.streams.video if not is_cover(stream)), None)
    programme = programmes.get(pictures.index) if pictures is not None else None
    own = [stream for stream in streams if programmes.get(stream.index) == programme]
    tracks = [_described(joined) for joined in _joined(own or streams, container.format.name)]
    return tuple(sorted(tracks, key=lambda track: _rank(track, language)))


def is_cover(stream: Any) -> bool:
    """Return whether a video track is a picture attached to sound."""
    return stream.type == "video" and bool(stream.disposition & Disposition.attached_pic)


def _rank(track: SoundTrack, language: str) -> tuple[bool, bool, bool]:
    spoken = not language or track.language.split("-")[0] != language.split("-", maxsplit=1)[0].lower()
    return track.role not in _MADE_FOR_EVERYBODY, spoken, not track.is_default


def _joined(streams: Sequence[Any], container: str) -> Iterator[tuple[Any, ...]]:
    """Yield each track for itself, but two neighbours of one channel together where that is the custom."""
    rest = list(streams)
    joins = any(name in _MONO_PER_TRACK for name in container.split(","))
    while rest:
        left = rest.pop(0)
        if joins and rest and _are_pair(left, rest[0]):
            yield left, rest.pop(0)
        else:
            yield (left,)


def _are_pair(left: Any, right: Any) -> bool:
    one, other = left.codec_context, right.codec_context
    return (
        one.channels == other.channels == 1
        and (one.name, one.sample_rate) == (other.name, other.sample_rate)
        and left.metadata.get("language") == right.metadata.get("language")
        and _role(left) == _role(right)
    )


def _described(streams: tuple[Any, ...]) -> SoundTrack:
    first = streams[0]
    return SoundTrack(
        streams,
        bcp47(first.metadata.get("language", "")),
        _role(first),
        first.metadata.get("title", ""),
        any(bool(stream.disposition & Disposition.default) for stream in streams),
    )


def _role(stream: Any) -> str:
    return next((role for flag, role in _ROLES if stream.disposition & flag), MAIN)
