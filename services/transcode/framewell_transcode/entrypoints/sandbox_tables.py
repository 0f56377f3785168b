"""The job of the sandboxed child that reads a frame table: rows in, runs of pictures out."""

from __future__ import annotations

from dataclasses import astuple
from fractions import Fraction

import numpy as np

from framewell_media.planning.table import read_chunks, read_times
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters
from framewell_transcode.domain.job_parameters import timeline_from
from framewell_transcode.domain.pictures import WantedPicture
from framewell_transcode.transcoding.frame_runs import frame_runs
from framewell_transcode.transcoding.placed import placed


def list_frame_runs(files: JobFiles, parameters: Parameters) -> Answer:
    """Return which picture begins when, from a wanted one on. Input: plan.

    Parameters: `index` of the chunk that the wanted picture is in, `placed` and `timeline` (as of
    `make_chunk`), `wanted` (fields of WantedPicture), `most` runs. Returns `runs` (fields of FrameRun),
    `end_pts` of the last picture of them, and `next`, the index of the picture after it, None at the end.
    """
    (plan_file,) = files.inputs
    timeline, wanted = timeline_from(parameters["timeline"]), WantedPicture(**parameters["wanted"])
    if parameters["placed"]:
        tables = placed(read_chunks(plan_file), timeline, parameters["placed"])
        first, pts, end = (
            tables[0].first_frame,
            np.concatenate([one.pts for one in tables]),
            tables[-1].end_pts,
        )
    else:
        first, pts, end = read_times(plan_file, int(parameters["index"]))
    row = _row(first, pts, wanted)
    nominal = 1 / timeline.frame_rate / timeline.time_base if timeline.frame_rate else None
    runs = frame_runs(pts[row:], first + row, nominal and Fraction(nominal), int(parameters["most"]))
    done = row + sum(run.frames for run in runs)
    return {
        "runs": [astuple(run) for run in runs],
        "end_pts": int(pts[done]) if done < len(pts) else end,
        "next": first + done if done < len(pts) else None,
    }


def _row(first: int, pts: np.ndarray[tuple[int], np.dtype[np.int64]], wanted: WantedPicture) -> int:
    if wanted.frame is not None:
        row = wanted.frame - first
    else:
        row = int(np.searchsorted(pts, wanted.pts or 0, side="right")) - 1
    return min(max(row, 0), len(pts) - 1)
