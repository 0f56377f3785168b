"""What was measured of media, as tables."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from benchmarks.backbone.rounds import Spread
from benchmarks.media.contest import Contest
from benchmarks.media.rounds import Row
from benchmarks.media.shots import DETECTORS, Found
from benchmarks.media.through_mesh import Passed, Scaled
from benchmarks.tables import Table, verdict

GOAL_REAL_TIME = 2.5
GOAL_FIRST_CHUNK = 4.0
GOAL_SHARE = 0.9


def contest(rows: Sequence[Row], unit: str = "pictures/s", scale: float = 1.0) -> Table:
    """Ours against everybody, on one core."""
    return Table(
        ("contestant", unit, "CPU µs a unit", "ours / it [least .. most]", "CPU, ours / it", "goal", ""),
        tuple(
            (
                row.contestant.name,
                f"{row.rate.median / scale:,.0f}",
                f"{row.cpu_us.median * scale:,.0f}",
                _spread(row.ratio),
                _spread(row.cpu_ratio),
                _goal(row),
                verdict(row.reached),
            )
            for row in rows
        ),
    )


def presets(contest_: Contest, rows: Sequence[Row], seconds: float) -> Table:
    """What each preset of the encoder costs, at the same quality setting."""
    made = {row.contestant: row for row in rows}
    ours = made[contest_.ours]
    return Table(
        ("preset", "pictures/s", "CPU µs a picture", "kbit/s of the proxy", "CPU, it / the default"),
        tuple(
            (
                one.preset,
                f"{made[one].rate.median:,.0f}",
                f"{made[one].cpu_us.median:,.0f}",
                f"{made[one].made_bytes * 8 / seconds / 1000:,.0f}",
                f"{made[one].cpu_us.median / ours.cpu_us.median:.2f}",
            )
            for one in sorted((*contest_.others, contest_.ours), key=lambda one: made[one].cpu_us.median)
        ),
    )


def shots(found: Mapping[str, Mapping[str, Found]]) -> Table:
    """F1 by kind of programme."""
    whole = {name: sum((of[name] for of in found.values()), Found()) for name in DETECTORS}
    rows = [*found.items(), ("all", whole)]
    return Table(
        ("programme", "transitions", *DETECTORS),
        tuple(
            (
                style,
                f"{next(iter(of.values())).found + next(iter(of.values())).missed}",
                *(f"{of[name].f1:.2f}" for name in DETECTORS),
            )
            for style, of in rows
        ),
    )


def mesh(passed: Passed) -> Table:
    """A clip through a whole mesh."""
    real_time = passed.length / passed.transcoded
    return Table(
        ("from the request until", "seconds", "times real time", "goal", ""),
        (
            (
                "the first chunk can be played", f"{passed.first_chunk:.1f}", "",
                f"≤ {GOAL_FIRST_CHUNK:g} s", verdict(passed.first_chunk <= GOAL_FIRST_CHUNK),
            ),
            (
                "all of it can be played", f"{passed.transcoded:.1f}", f"{real_time:.1f}",
                f"≥ {GOAL_REAL_TIME:g}", verdict(real_time >= GOAL_REAL_TIME),
            ),
            ("it is analysed", f"{passed.analysed:.1f}", f"{passed.length / passed.analysed:.1f}", "", ""),
        ),
    )  # fmt: skip


def scale(found: Sequence[Scaled], cores: int) -> Table:
    """Processes of transcode beside each other; a share is of what as many undisturbed ones would do."""
    alone = {one.load: one.rate for one in found if one.processes == 1}

    def share(one: Scaled) -> float:
        return one.rate / alone[one.load] / min(one.processes, cores)

    return Table(
        ("load", "processes", "times real time", "share", "goal", ""),
        tuple(
            (
                one.load,
                f"{one.processes}",
                f"{one.rate:.1f}",
                f"{share(one):.2f}",
                f"≥ {GOAL_SHARE:g}" if one.processes > 1 else "",
                verdict(share(one) >= GOAL_SHARE if one.processes > 1 else None),
            )
            for one in found
        ),
    )


def machine() -> str:
    """Return where it was measured, and with what."""
    try:
        shown = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=False).stdout
        ffmpeg = " ".join(shown.split()[:3])
    except OSError:
        ffmpeg = "no ffmpeg command"
    packages = ", ".join(f"{one} {version(one)}" for one in ("av", "scenedetect-headless", "numpy"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, {packages}, {ffmpeg}"
    )


def _goal(row: Row) -> str:
    goals = []
    if row.goal is not None:
        goals.append(f"≥ {row.goal:g}")
    if row.cpu_goal is not None:
        goals.append(f"CPU ≤ {row.cpu_goal:g}")
    return ", ".join(goals)


def _spread(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.median:.2f} [{spread.least:.2f} .. {spread.greatest:.2f}]"
