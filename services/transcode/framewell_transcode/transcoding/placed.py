"""A segment of a recording as a chunk of the recording's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from framewell_media.timeline import Timeline

if TYPE_CHECKING:  # the plan's table is read beside the demuxer, which only adapters may know
    from framewell_media.planning.table import ChunkTable


def placed(tables: Sequence[ChunkTable], timeline: Timeline, values: Mapping[str, Any]) -> list[ChunkTable]:
    """Return the tables of a segment, one for every chunk of its file, on the recording's clock, `timeline`.

    `values`: `start_pts`, `end_pts` and `first_frame` there, `time_base` of the tables, `canvas`. Pictures
    that would lie behind the end get times just before it.
    """
    ratio = Fraction(values["time_base"]) / timeline.time_base
    start, end = int(values["start_pts"]), int(values["end_pts"])
    first = int(tables[0].pts[0])
    pts = [start + round((int(one) - first) * ratio) for table in tables for one in table.pts]
    latest = [end - len(pts) + row for row in range(len(pts))]
    moved = np.minimum(np.array(pts, np.int64), np.array(latest, np.int64))
    rows = [0, *accumulate(len(table.pts) for table in tables)]
    return [
        replace(
            table,
            pts=moved[begin:until],
            first_frame=int(values["first_frame"]) + begin,
            end_pts=int(moved[until]) if until < len(moved) else end,
            previous_pts=int(moved[begin - 1]) if begin else None,
            canvas=(int(values["canvas"][0]), int(values["canvas"][1])),
        )
        for table, (begin, until) in zip(tables, pairwise(rows), strict=True)
    ]
