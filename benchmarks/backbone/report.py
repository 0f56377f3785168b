"""What was measured of the backbone, as tables."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from benchmarks.backbone.features import GOAL_US, Profile
from benchmarks.backbone.latency import EVENTS_A_SECOND, GOAL_P50_MS, Latency
from benchmarks.backbone.rounds import Row, Spread
from benchmarks.tables import Table, verdict

PACKAGES = ("aiokafka", "confluent-kafka", "faststream", "uvloop", "protobuf")


def rates(rows: Sequence[Row]) -> Table:
    """Ours against everybody."""
    return Table(
        ("contestant", "messages/s", "CPU µs a message", "ours / it [least .. most]", "goal", ""),
        tuple(
            (
                row.contestant.name,
                f"{row.rate.median:,.0f}",
                f"{row.cpu_us.median:,.1f}",
                _spread(row.ratio) if row.ratio else "",
                f"≥ {row.contestant.goal:g}" if row.contestant.goal else "",
                verdict(row.reached),
            )
            for row in rows
        ),
    )


def latency(found: Latency) -> Table:
    """Two of our stages in a row."""
    return Table(
        ("two hops", "p50 ms", "p95 ms", "worst ms", "goal (p50)", ""),
        (
            (
                f"{found.events} events, {EVENTS_A_SECOND} a second",
                f"{found.p50_ms:.1f}",
                f"{found.p95_ms:.1f}",
                f"{found.worst_ms:.1f}",
                f"≤ {GOAL_P50_MS:g}",
                verdict(found.p50_ms <= GOAL_P50_MS),
            ),
        ),
    )


def features(found: Profile) -> Table:
    """Where our microseconds go, and what watching and checking costs of them."""
    watching = found.observing_and_validating_us
    return Table(
        ("our stage", "CPU µs a message", "goal", ""),
        (
            *((name, f"{us:.1f}", "", "") for name, us in found.by_feature.items()),
            ("all of it", f"{sum(found.by_feature.values()):.1f}", "", ""),
            (
                "observability and validation",
                f"{watching:.1f}",
                f"≤ {GOAL_US:g}",
                verdict(watching <= GOAL_US),
            ),
        ),
    )


def machine() -> str:
    """Where it was measured, and with what."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"{os.cpu_count()} cores that the embedded broker shares, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def figures(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as numbers."""
    return [
        {
            "name": row.contestant.name,
            "messages": row.messages,
            "rate": asdict(row.rate),
            "cpu_us": asdict(row.cpu_us),
            "ratio": asdict(row.ratio) if row.ratio else None,
            "goal": row.contestant.goal,
            "reached": row.reached,
        }
        for row in rows
    ]


def _spread(spread: Spread) -> str:
    return f"{spread.median:.2f} [{spread.least:.2f} .. {spread.greatest:.2f}]"
