"""Objects of a shot, followed from sample to sample: one observation each, for as long as it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from framewell_inference.analysers.objects.detection import DetectedObject
from framewell_inference.domain.observations import FractionBox, FrameSpan, Observation
from framewell_inference.domain.pictures import Frame, PixelBox

SAME_OBJECT: Final = 0.3
"""Overlap of two boxes of one label in neighbouring samples from which they are one object: as an object
moves on by half its width, its boxes share a third. What is faster begins anew."""

MISSED: Final = 1
"""Samples in which an object may be hidden and is followed all the same."""


@dataclass(slots=True, eq=False)
class _Track:
    label: str
    shot: int
    span: FrameSpan
    box: PixelBox
    best: Observation
    missed: int = 0


@dataclass(slots=True)
class ObjectTracks:
    """Feed frames in order of time; a track's box, score and moment are those where it was surest."""

    _open: list[_Track] = field(default_factory=list)
    _closed: list[_Track] = field(default_factory=list)

    def note(
        self, frame: Frame, found: Sequence[DetectedObject], labels: Sequence[str], sure: Sequence[bool]
    ) -> None:
        """Take in the objects of a frame with their labels; those that are not `sure` begin no track."""
        self._close([track for track in self._open if track.shot != frame.shot])
        pairs = sorted(
            ((track.box.overlap(one.box), -at), track, at)
            for track in self._open
            for at, one in enumerate(found)
            if labels[at] == track.label and track.box.overlap(one.box) >= SAME_OBJECT
        )
        followed: dict[int, _Track] = {}
        for _, track, at in reversed(pairs):
            if at not in followed and track not in followed.values():
                followed[at] = track
        for at, track in followed.items():
            self._follow(track, frame, found[at])
        hidden = [track for track in self._open if track not in followed.values()]
        for track in hidden:
            track.missed += 1
        self._close([track for track in hidden if track.missed > MISSED])
        for at, one in enumerate(found):
            if at not in followed and sure[at]:
                seen = _seen(frame, one, labels[at])
                self._open.append(_Track(labels[at], frame.shot, seen.span, one.box, seen))

    def finish(self) -> list[Observation]:
        """Return all objects in order of their start, the surest first."""
        self._close(list(self._open))
        seen = [
            Observation(
                kind="object",
                span=track.span,
                score=track.best.score,
                moment=track.best.moment,
                box=track.best.box,
                label=track.label,
                shot=track.shot,
            )
            for track in self._closed
        ]
        return sorted(seen, key=lambda one: (one.span.start_pts, -one.score, one.label))

    def _follow(self, track: _Track, frame: Frame, one: DetectedObject) -> None:
        track.span, track.box, track.missed = track.span.joined(FrameSpan.of(frame)), one.box, 0
        if one.score > track.best.score:
            track.best = _seen(frame, one, track.label)

    def _close(self, tracks: Sequence[_Track]) -> None:
        self._closed += tracks
        self._open = [track for track in self._open if track not in tracks]


def _seen(frame: Frame, one: DetectedObject, label: str) -> Observation:
    return Observation(
        kind="object",
        span=FrameSpan.of(frame),
        score=one.score,
        moment=(frame.pts, frame.index),
        box=FractionBox.of(one.box, frame),
        label=label,
        shot=frame.shot,
    )
