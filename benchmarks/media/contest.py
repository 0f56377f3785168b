"""Who takes part in which contest, and one run: a fresh process on one core, whose units are counted."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.media.task import Task, Timing
from framewell_media.sandbox.runner import LIBRARY_ENVIRONMENT

RUN_SECONDS = 600.0


class Void(Exception):
    """A run failed or left something out. The message says which and what."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row of a table; `module` runs it, with another preset of the encoder where one is named."""

    name: str
    module: str
    preset: str = "superfast"


@dataclass(frozen=True, slots=True)
class Contest:
    """Contestants on one clip. Rounds are valid by the limit; goals are of ours against the others.

    `goals` are least ratios of our rate to theirs; `cpu_goals` greatest ratios of our CPU to theirs.
    """

    name: str
    limit: Contestant
    ours: Contestant
    others: tuple[Contestant, ...]
    goals: Mapping[str, float]
    cpu_goals: Mapping[str, float]

    @property
    def contestants(self) -> tuple[Contestant, ...]:
        """Return all, the limit first and ours last."""
        return (self.limit, *self.others, self.ours)


DECODE = Contestant("decode only (PyAV)", "decode_only")
CHUNKS = Contestant("framewell, every output of a chunk", "framewell_chunks")
SPLIT = Contestant("ffmpeg, one command with split", "ffmpeg_split", "veryfast")
SEPARATE = Contestant("ffmpeg, three commands", "ffmpeg_separate", "veryfast")
SHOTS = Contestant("framewell, shots alone", "framewell_shots")
DETECT = Contestant("PySceneDetect, AdaptiveDetector", "pyscenedetect")
READ = Contestant("read only", "read_only")
PLAN = Contestant("framewell, plan", "framewell_plan")
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast")


def chunks(lines: int, decode_goal: float) -> Contest:
    """Return the contest of everything that is made of a chunk."""
    return Contest(
        f"chunks_{lines}",
        DECODE,
        CHUNKS,
        (SPLIT, SEPARATE) if shutil.which("ffmpeg") else (),
        {DECODE.name: decode_goal, SEPARATE.name: 1.9},
        {SEPARATE.name: 0.45},
    )


SHOT_CONTEST = Contest("shots_speed", DECODE, SHOTS, (DETECT,), {DETECT.name: 1.2}, {})
PLAN_CONTEST = Contest("planning", READ, PLAN, (), {READ.name: 0.7}, {})
PRESET_CONTEST = Contest(
    "presets",
    DECODE,
    CHUNKS,
    tuple(
        Contestant(f"framewell, libx264 {preset}", "framewell_chunks", preset)
        for preset in PRESETS
        if preset != CHUNKS.preset
    ),
    {},
    {},
)


def run(contestant: Contestant, task: Task) -> Timing:
    """Run it once in a process of its own, everybody in the environment that our sandbox gives to libraries.

    Raises Void when it fails, takes too long or counts wrongly.
    """
    with tempfile.TemporaryDirectory(prefix="framewell-bench-run-") as folder:
        given = replace(task, folder=folder, preset=contestant.preset)
        line = [sys.executable, "-m", "benchmarks.media.contestants", contestant.module, given.dump()]
        try:
            ended = subprocess.run(
                line,
                env=os.environ | LIBRARY_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=RUN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise Void(f"{contestant.name} did not end within {RUN_SECONDS:.0f} s") from late
    if ended.returncode:
        raise Void(f"{contestant.name} ended with status {ended.returncode}: {ended.stderr.strip()[-400:]}")
    timing = Timing(**json.loads(ended.stdout.splitlines()[-1]))
    wanted = Path(task.clip).stat().st_size if contestant in (READ, PLAN) else task.pictures
    if timing.units != wanted:
        raise Void(f"{contestant.name} worked on {timing.units} of {wanted}")
    return timing
