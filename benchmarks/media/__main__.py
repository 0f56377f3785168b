"""`make bench-media`, `make bench-media-scale`: measure, print tables, report what a run left out."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.idle.mesh import NotMeasurable
from benchmarks.media import footage, report, rounds, shots, through_mesh
from benchmarks.media.contest import (
    PLAN_CONTEST,
    PRESET_CONTEST,
    SHOT_CONTEST,
    Contest,
    Contestant,
    Void,
    chunks,
    run,
)
from benchmarks.media.task import Task, Timing
from benchmarks.tables import Table, record, revision
from framewell_demo.sources import open_sources
from framewell_media.testing.edits import RATE, STYLES


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    clip_seconds: float
    plan_copies: int
    mesh_seconds: float
    valid_rounds: int
    most_rounds: int
    seeds: tuple[int, ...]
    styles: tuple[str, ...]
    shots: int
    loads: tuple[str, ...]
    processes: tuple[int, ...]
    scale_seconds: float


FULL = Size(12.0, 40, 60.0, 5, 15, shots.SEEDS, tuple(STYLES), 8, ("even", "skewed"), (1, 2, 4), 20.0)
QUICK = Size(1.0, 2, 3.0, 1, 1, shots.SEEDS[:1], ("cuts", "dissolves"), 2, ("skewed",), (1,), 2.0)


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be measured, each by itself. Every part returns its tables by name."""

    size: Size
    folder: Path

    def chunks(self) -> dict[str, Table]:
        """Everything of a chunk from one decode, beside FFmpeg's command."""
        tables = {}
        for lines, goal in ((1080, 0.68), (720, 0.58)):
            contest = chunks(lines, goal)
            tables[contest.name] = report.contest(self._played(contest, self._clip(lines)))
        return tables

    def presets(self) -> dict[str, Table]:
        """The presets of the encoder."""
        clip = self._clip(1080)
        rows = self._played(PRESET_CONTEST, clip)
        return {"presets": report.presets(PRESET_CONTEST, rows, self.size.clip_seconds)}

    def planning(self) -> dict[str, Table]:
        """The plan of a large file, beside reading it."""
        large = footage.repeated(self._clip(1080), self.folder / "large.mp4", self.size.plan_copies)
        rows = self._played(PLAN_CONTEST, large)
        return {"planning": report.contest(rows, "MB/s", 1e6)}

    def shots(self) -> dict[str, Table]:
        """Speed and F1 of shots, beside PySceneDetect."""
        rows = self._played(SHOT_CONTEST, self._clip(1080))
        found = shots.measure(self.folder, self.size.styles, self.size.seeds, self.size.shots)
        found["real clips"] = shots.measure_real(open_sources())
        return {"shots_speed": report.contest(rows), "shots": report.shots(found)}

    def mesh(self) -> dict[str, Table]:
        """A clip through a whole mesh."""
        make = partial(footage.make, width=1920, height=1080, sound=True)
        warm_up = make(self.folder / "warm-up.mp4", seconds=2.0, seed=2)
        clip = make(self.folder / "clip.mp4", seconds=self.size.mesh_seconds)
        passed = through_mesh.one_clip(self.folder / "mesh", warm_up, clip, self.size.mesh_seconds)
        return {"mesh": report.mesh(passed)}

    def scale(self) -> dict[str, Table]:
        """Processes of transcode beside each other, with even and with skewed assets."""
        make = partial(footage.make, width=1280, height=720)
        length = self.size.scale_seconds
        even = [(make(self.folder / f"even-{n}.mp4", seconds=length, seed=n), length) for n in range(4)]
        long = 3.5 * length
        short = length / 4
        skewed = [(make(self.folder / "long.mp4", seconds=long, seed=7), long)]
        skewed += [(make(self.folder / f"short-{n}.mp4", seconds=short, seed=8 + n), short) for n in range(2)]
        warm_up = make(self.folder / "warm-up.mp4", seconds=1.0, seed=11)
        found = [
            through_mesh.scaled(self.folder / f"mesh-{load}-{processes}", load, clips, processes, warm_up)
            for load, clips in (("even", even), ("skewed", skewed))
            if load in self.size.loads
            for processes in self.size.processes
        ]
        return {"scale": report.scale(found, os.cpu_count() or 1)}

    def _clip(self, lines: int) -> Path:
        path = self.folder / f"{lines}.mp4"
        if not path.exists():
            footage.make(path, width=lines * 16 // 9, height=lines, seconds=self.size.clip_seconds)
        return path

    def _played(self, contest: Contest, clip: Path) -> list[rounds.Row]:
        task = Task(str(clip), round(self.size.clip_seconds * RATE), "")

        def one(contestant: Contestant) -> Timing:
            timing = run(contestant, task)
            print(f"{contest.name}, {contestant.name}: {timing.rate:,.0f}/s", file=sys.stderr)
            return timing

        return rounds.play(contest, one, wanted=self.size.valid_rounds, most=self.size.most_rounds)[0]


PARTS: dict[str, Callable[[Parts], dict[str, Table]]] = {
    "chunks": Parts.chunks,
    "presets": Parts.presets,
    "planning": Parts.planning,
    "shots": Parts.shots,
    "mesh": Parts.mesh,
    "scale": Parts.scale,
}
ALONE = "scale"
"""Measured when it is asked for: it takes as long as all others."""


def main() -> int:
    """Return 0 when everything could be measured; reaching the goals is not asked for."""
    options = _options()
    begun_at = revision()
    tables: dict[str, Table] = {}
    with tempfile.TemporaryDirectory(prefix="framewell-bench-") as folder:
        parts = Parts(QUICK if options.quick else FULL, Path(folder))
        try:
            for name in options.part or [one for one in PARTS if one != ALONE]:
                tables |= PARTS[name](parts)
        except (Void, NotMeasurable) as error:
            print(f"void: {error}", file=sys.stderr)
            return 1
    measured = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": begun_at,
        "machine": report.machine(),
        "tables": {name: table.as_json() for name, table in tables.items()},
    }
    if options.json:
        print(json.dumps(measured, indent=2, ensure_ascii=False))
    else:
        print(*(f"{name}\n{table}" for name, table in tables.items()), sep="\n\n")
    if options.record:
        name = "media_scale" if options.part == [ALONE] else "media"
        print(f"written: {record(name, measured).name}", file=sys.stderr)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.media", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the tables as JSON")
    parser.add_argument("--record", action="store_true", help="also write docs/evidence/media.json")
    parser.add_argument("--quick", action="store_true", help="a moment only: shows that it runs")
    parser.add_argument("--part", action="append", choices=list(PARTS), help="measure this part; may repeat")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
