"""The final shots of an asset from its chunks' scores, the same wherever the chunks were cut."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framewell_media.timeline import Span, Timeline
from framewell_transcode.domain.scores import ScoreTable
from framewell_transcode.stitching.cuts import difference, find_cuts


def shots_of(tables: Sequence[ScoreTable], timeline: Timeline) -> list[Span]:
    """Shots in order; `tables` are the chunks that came out, in order of time.

    The score across a seam is made from the pictures at both edges, so it is the score that decoding
    the whole would have given. Where a chunk is missing, a shot goes on over the gap.
    """
    if not tables:
        return []
    scores: list[float] = []
    for place, table in enumerate(tables):
        seam = 0.0 if place == 0 else difference(tables[place - 1].last, table.first)
        scores += [seam, *table.score[1:].tolist()]
    frames = np.concatenate([table.frame for table in tables])
    pts = np.concatenate([table.pts for table in tables])
    cuts = [cut for cut in find_cuts(scores, float(timeline.frame_rate or 25)) if cut > 0]
    starts = [(timeline.start_pts, 0), *((int(pts[cut]), int(frames[cut])) for cut in cuts)]
    ends = [*starts[1:], (timeline.end_pts, timeline.frame_count)]
    return [
        Span(start_pts, end_pts, frame, end_frame - frame)
        for (start_pts, frame), (end_pts, end_frame) in zip(starts, ends, strict=True)
    ]
