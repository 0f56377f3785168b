"""Shots and events as the media index lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from framewell.media.v1 import media_pb2
from framewell_media.messages import span_message
from framewell_transcode.transcoding.picture_events import EventKind, PictureEvent
from framewell_transcode.transcoding.shots import FoundShot
from framewell_transcode.transcoding.transitions import Kind

_TRANSITIONS: Final[Mapping[Kind, media_pb2.TransitionKind.ValueType]] = {
    Kind.CUT: media_pb2.TRANSITION_KIND_CUT,
    Kind.FADE: media_pb2.TRANSITION_KIND_FADE,
    Kind.DISSOLVE: media_pb2.TRANSITION_KIND_DISSOLVE,
    Kind.WIPE: media_pb2.TRANSITION_KIND_WIPE,
}
_EVENTS: Final[Mapping[EventKind, media_pb2.MediaEventKind.ValueType]] = {
    EventKind.BLACK: media_pb2.MEDIA_EVENT_KIND_BLACK,
    EventKind.FREEZE: media_pb2.MEDIA_EVENT_KIND_FREEZE,
    EventKind.COLOUR_BARS: media_pb2.MEDIA_EVENT_KIND_COLOUR_BARS,
}


def shot_messages(shots: Iterable[FoundShot]) -> list[media_pb2.Shot]:
    """Return shots with their transitions."""
    return [
        media_pb2.Shot(span=span_message(shot.span), transition=_transition_message(shot)) for shot in shots
    ]


def event_messages(events: Iterable[PictureEvent]) -> list[media_pb2.MediaEvent]:
    """Return events of pictures, in the order in which they are listed."""
    found = [media_pb2.MediaEvent(kind=_EVENTS[one.kind], span=span_message(one.span)) for one in events]
    return sorted(found, key=lambda one: (one.span.start_pts, one.kind))


def _transition_message(shot: FoundShot) -> media_pb2.Transition | None:
    if shot.kind is None or shot.transition is None:
        return None
    return media_pb2.Transition(kind=_TRANSITIONS[shot.kind], span=span_message(shot.transition))
