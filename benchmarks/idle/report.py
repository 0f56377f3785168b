"""What an idle mesh costs, as a table; the goals are for all of its processes together."""

import os
import platform
import subprocess
from collections.abc import Mapping

from benchmarks.idle.processes import Usage
from benchmarks.tables import Table, verdict

GOAL_GIGABYTES = 1.5
GOAL_CORES = 0.15


def table(found: Mapping[str, Usage], seconds: float) -> Table:
    """Return one row a process, dearest first, and their sum."""
    rows = sorted(found.items(), key=lambda one: -one[1].pss_bytes)
    whole = sum(found.values(), Usage())
    return Table(
        ("process", "PSS MB", "RSS MB", "share of one core", "threads"),
        (
            *(_row(name, one, seconds) for name, one in rows),
            _row("all", whole, seconds),
            (
                "goal",
                f"≤ {GOAL_GIGABYTES * 1000:,.0f}: {verdict(whole.pss_bytes <= GOAL_GIGABYTES * 1e9)}",
                "",
                f"≤ {GOAL_CORES:g}: {verdict(whole.cpu_seconds <= GOAL_CORES * seconds)}",
                "",
            ),
        ),
    )


def machine() -> str:
    """Return where it was measured, and with what."""
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, {java.splitlines()[0] if java else 'Java'}".replace('"', "")
    )


def _row(name: str, one: Usage, seconds: float) -> tuple[str, ...]:
    return (
        name,
        f"{one.pss_bytes / 1e6:,.0f}",
        f"{one.rss_bytes / 1e6:,.0f}",
        f"{one.cpu_seconds / seconds:.3f}",
        f"{one.threads}",
    )
