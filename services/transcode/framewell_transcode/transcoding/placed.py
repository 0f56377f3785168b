"""A segment of a recording as a chunk of the recording's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from framewell_media.timeline import Timeline

if TYPE_CHECKING:  # the plan's table is read beside the demuxer, which only adapters may know
    from framewell_media.planning.table import ChunkTable


def placed(table: ChunkTable, timeline: Timeline, values: Mapping[str, Any]) -> ChunkTable:
    """Return the table of a segment on the recording's clock, that of `timeline`.

    `values`: `start_pts`, `end_pts` and `first_frame` there, `time_base` of the table, `canvas`. Pictures
    that would lie behind the end get times just before it.
    """
    ratio = Fraction(values["time_base"]) / timeline.time_base
    start, end = int(values["start_pts"]), int(values["end_pts"])
    first = int(table.pts[0])
    pts = [start + round((int(one) - first) * ratio) for one in table.pts]
    latest = [end - len(pts) + row for row in range(len(pts))]
    return replace(
        table,
        pts=np.minimum(np.array(pts, np.int64), np.array(latest, np.int64)),
        first_frame=int(values["first_frame"]),
        end_pts=end,
        previous_pts=None,
        canvas=(int(values["canvas"][0]), int(values["canvas"][1])),
    )
