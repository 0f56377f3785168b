"""Ours: the plan of a large file, which reads all of it without decoding."""

from pathlib import Path

from benchmarks.media.contestants.framewell_chunks import planned
from benchmarks.media.contestants.read_only import forget
from benchmarks.media.task import Task, Timing, timed


def run(task: Task) -> Timing:
    """Plan the clip, which lies on the disk alone; the units are bytes."""
    clip = Path(task.clip)
    forget(clip)

    def work() -> tuple[int, int]:
        planned(task)
        return clip.stat().st_size, 0

    return timed(work)
