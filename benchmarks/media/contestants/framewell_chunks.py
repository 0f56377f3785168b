"""Ours: every chunk of the clip by the job of the sandboxed child: all outputs from one decode."""

import io
from pathlib import Path
from typing import Any

import framewell_media.jobs.plan  # noqa: F401 - registers its job
import framewell_transcode.sandbox_jobs  # noqa: F401
from benchmarks.media.task import Task, Timing, timed
from framewell_media.sandbox.registry import JobFiles, find_job
from framewell_transcode.domain.job_parameters import recipe_parameters
from framewell_transcode.domain.proxy import ProxyRecipe


def planned(task: Task) -> tuple[Path, dict[str, Any]]:
    """Write the plan of the clip; return its path and what the planning job answers."""
    table = Path(task.folder) / "plan.arrow"
    with Path(task.clip).open("rb", buffering=0) as source, table.open("w+b", buffering=0) as sink:
        answer = find_job("plan")(JobFiles((source,), (sink,)), {"chunk_seconds": 10.0, "timecode": ""})
    return table, answer


def run(task: Task) -> Timing:
    """Make proxy, frame bundle and scores of every chunk, in memory."""
    table, answer = planned(task)
    parameters = {
        "timeline": answer["timeline"],
        "recipe": recipe_parameters(ProxyRecipe(preset=task.preset)),
        "withheld": [],
        "placed": None,
    }

    def work() -> tuple[int, int]:
        pictures = made = 0
        for index, chunk in enumerate(answer["chunks"]):
            outputs = tuple(io.BytesIO() for _ in range(4))
            with Path(task.clip).open("rb", buffering=0) as source, table.open("rb", buffering=0) as plan:
                files = JobFiles((source, plan), outputs)
                ended = find_job("make_chunk")(files, parameters | {"index": index})
            pictures += chunk["frames"] - len(ended["missing_pts"])
            made += len(outputs[1].getvalue())
        return pictures, made

    return timed(work)
