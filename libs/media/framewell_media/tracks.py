"""Which tracks of an open container are worked on."""

from __future__ import annotations

from typing import Any, Final

import av.error
import av.stream

from framewell_media.errors import UNREADABLE, MediaError

END_OF_DEMUXING: Final = (av.error.FFmpegError, IndexError)
"""How a demuxer gives up on damaged input; the IndexError is PyAV's, for a track that appeared on the way."""


def moving_pictures(container: Any) -> Any | None:
    """Return the first video track that is no cover picture, None when there is none.

    Raises MediaError (`unreadable`) when no decoder is known for it.
    """
    track = next((stream for stream in container.streams.video if not is_cover(stream)), None)
    if track is not None and track.codec_context is None:
        raise MediaError(UNREADABLE, "The picture track is in a codec that cannot be decoded here.")
    return track


def sound_track(container: Any) -> Any | None:
    """Return the first sound track that can be decoded, None when there is none."""
    return next((stream for stream in container.streams.audio if stream.codec_context is not None), None)


def is_cover(stream: Any) -> bool:
    """Return whether a video track is a picture attached to sound."""
    return stream.type == "video" and bool(stream.disposition & av.stream.Disposition.attached_pic)
