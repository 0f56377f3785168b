"""The final shots and picture events of an asset, the same wherever its chunks were cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_media.timeline import Span, Timeline
from framewell_transcode.domain.scores import ScoreTable, Thumbnail
from framewell_transcode.transcoding.coarse_pictures import Floats, contrast, same_shot
from framewell_transcode.transcoding.cuts import difference
from framewell_transcode.transcoding.gradual import GradualFinder
from framewell_transcode.transcoding.picture_events import Marks, PictureEvent, Places, find_events, marks_of
from framewell_transcode.transcoding.transitions import Kind, Passage, find_cuts, find_fades, in_order

_STRETCH_SECONDS: Final = 30.0
_REACH_SECONDS: Final = 8.0
"""What decides about a picture lies no further from it, except in a long fade."""
_LONG_BLACK_SECONDS: Final = 4.0
"""After so long without contrast whatever follows is another shot, also where it looks the same."""


@dataclass(frozen=True, slots=True)
class FoundShot:
    """A shot and how it begins; the first one has no transition."""

    span: Span
    kind: Kind | None = None
    transition: Span | None = None


@dataclass(slots=True)
class ShotFinder:
    """Takes the scores of the chunks that came out, in order of time, then decides about the whole asset.

    Transitions are looked for in stretches that are counted in pictures from the asset's start, each with
    what lies around it, so no decision knows where a chunk ends. The score at the boundary of two chunks is
    made from the pictures at both edges. Where a chunk is missing, a shot goes on over the gap. Keeps 25
    bytes a picture, and of the coarse pictures less than a minute. Nothing is added after the first question.
    """

    rate: float
    """Pictures per second."""
    _scores: list[Floats] = field(default_factory=list)
    _frames: list[NDArray[np.int64]] = field(default_factory=list)
    _pts: list[NDArray[np.int64]] = field(default_factory=list)
    _contrasts: list[Floats] = field(default_factory=list)
    _marks: list[Marks] = field(default_factory=list)
    _cuts: list[Passage] = field(default_factory=list)
    _fades: list[Passage] = field(default_factory=list)
    _gradual: list[Passage] = field(default_factory=list)
    _last: Thumbnail | None = None
    _count: int = 0
    _decided: int = 0
    """Pictures about whose cuts and dissolves was decided."""
    _kept_from: int = 0
    _kept: list[NDArray[np.uint8]] = field(default_factory=list)
    _kept_scores: list[Floats] = field(default_factory=list)

    def add(self, table: ScoreTable) -> None:
        """Take the scores of the next chunk."""
        scores = table.score.copy()
        scores[0] = 0.0 if self._last is None else difference(self._last, table.first)
        self._last = table.last.copy()
        self._scores.append(scores)
        self._frames.append(table.frame.copy())
        self._pts.append(table.pts.copy())
        for first in range(0, len(scores), self._stretch):
            piece = slice(first, first + self._stretch)
            pictures = table.coarse[piece].astype(np.float32)
            self._contrasts.append(contrast(pictures))
            self._marks.append(marks_of(pictures))
            self._kept.append(table.coarse[piece])
            self._kept_scores.append(scores[piece])
            self._count += len(pictures)
            while self._count >= self._decided + self._stretch + self._reach:
                self._decide(self._decided + self._stretch)

    @property
    def _stretch(self) -> int:
        return max(1, round(_STRETCH_SECONDS * self.rate))

    @property
    def _reach(self) -> int:
        return max(1, round(_REACH_SECONDS * self.rate))

    def _decide(self, until: int) -> None:
        """Look for cuts, dissolves and wipes up to a picture, with what is known of those around."""
        first, end = max(0, self._decided - self._reach), min(self._count, until + self._reach)
        pictures, scores = np.concatenate(self._kept), np.concatenate(self._kept_scores)
        here = slice(first - self._kept_from, end - self._kept_from)
        stretch = pictures[here].astype(np.float32)
        cuts = find_cuts(scores[here], stretch, self.rate)
        fades = find_fades(
            contrast(stretch), self.rate, lambda one, other: same_shot(stretch[one], stretch[other])
        )
        gradual = GradualFinder(stretch, [cut.first for cut in cuts], self.rate).found()
        self._cuts += self._within(cuts, first, until)
        self._fades += [one for one in self._within(fades, first, until) if not self._is_long(one)]
        self._gradual += self._within(gradual, first, until)
        self._decided = until
        keep_from = max(0, until - self._reach)
        self._kept = [pictures[keep_from - self._kept_from :].copy()]
        self._kept_scores = [scores[keep_from - self._kept_from :].copy()]
        self._kept_from = keep_from

    def _within(self, found: Sequence[Passage], offset: int, until: int) -> list[Passage]:
        moved = [Passage(one.kind, one.first + offset, one.end + offset, one.misfit) for one in found]
        return [one for one in moved if self._decided <= one.middle < until]

    def passages(self) -> list[Passage]:
        """Return the transitions of all that was taken, by the places of pictures."""
        if self._count > self._decided:
            self._decide(self._count)
        if not self._count:
            return []
        everywhere = find_fades(np.concatenate(self._contrasts), self.rate, lambda _one, _other: False)
        fades = self._fades + [one for one in everywhere if self._is_long(one)]
        return in_order(fades, self._cuts, self._gradual, self.rate)

    def _is_long(self, fade: Passage) -> bool:
        return fade.end - fade.first > _LONG_BLACK_SECONDS * self.rate

    def shots(self, timeline: Timeline) -> list[FoundShot]:
        """Return the shots in order; none when there was no chunk. They tile the asset."""
        if not self._count:
            return []
        frames, pts = np.concatenate(self._frames), np.concatenate(self._pts)
        passages = self.passages()
        starts = [
            (timeline.start_pts, 0),
            *((int(pts[one.middle]), int(frames[one.middle])) for one in passages),
        ]
        ends = [*starts[1:], (timeline.end_pts, timeline.frame_count)]
        spans = [
            Span(start_pts, end_pts, frame, end_frame - frame)
            for (start_pts, frame), (end_pts, end_frame) in zip(starts, ends, strict=True)
        ]
        transitions = [
            Span(
                int(pts[one.first]),
                int(pts[one.end]),
                int(frames[one.first]),
                int(frames[one.end] - frames[one.first]),
            )
            for one in passages
        ]
        later = (
            FoundShot(span, one.kind, transition)
            for span, one, transition in zip(spans[1:], passages, transitions, strict=True)
        )
        return [FoundShot(spans[0]), *later]

    def events(self, timeline: Timeline) -> list[PictureEvent]:
        """Return black, held pictures and colour bars in order of time."""
        if not self._count:
            return []
        scores, marks = np.concatenate(self._scores), np.concatenate(self._marks)
        places = Places(np.concatenate(self._frames), np.concatenate(self._pts), timeline)
        return find_events(scores, marks, self.rate, places)
