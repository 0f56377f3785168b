"""The final shots of an asset from its chunks' scores, the same wherever the chunks were cut."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from framewell_media.timeline import Span, Timeline
from framewell_transcode.domain.scores import ScoreTable, Thumbnail
from framewell_transcode.transcoding.cuts import difference, find_cuts


@dataclass(slots=True)
class ShotFinder:
    """Takes the scores of the chunks that came out, in order of time, then decides about the whole asset.

    The score at the boundary of two chunks is made from the pictures at both edges, so it is the score that
    decoding the whole would have given. Where a chunk is missing, a shot goes on over the gap. Keeps 20 bytes
    a picture: the edge pictures of one chunk at a time.
    """

    _scores: list[NDArray[np.float32]] = field(default_factory=list)
    _frames: list[NDArray[np.int64]] = field(default_factory=list)
    _pts: list[NDArray[np.int64]] = field(default_factory=list)
    _last: Thumbnail | None = None

    def add(self, table: ScoreTable) -> None:
        """Take the scores of the next chunk."""
        scores = table.score.copy()
        scores[0] = 0.0 if self._last is None else difference(self._last, table.first)
        self._scores.append(scores)
        self._frames.append(table.frame.copy())
        self._pts.append(table.pts.copy())
        self._last = table.last.copy()

    def shots(self, timeline: Timeline) -> list[Span]:
        """Return the shots in order; none when there was no chunk."""
        if not self._scores:
            return []
        frames, pts = np.concatenate(self._frames), np.concatenate(self._pts)
        scores = np.concatenate(self._scores).tolist()
        cuts = [cut for cut in find_cuts(scores, float(timeline.frame_rate or 25)) if cut > 0]
        starts = [(timeline.start_pts, 0), *((int(pts[cut]), int(frames[cut])) for cut in cuts)]
        ends = [*starts[1:], (timeline.end_pts, timeline.frame_count)]
        return [
            Span(start_pts, end_pts, frame, end_frame - frame)
            for (start_pts, frame), (end_pts, end_frame) in zip(starts, ends, strict=True)
        ]
