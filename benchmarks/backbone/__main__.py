"""`make bench-backbone`: measures, prints the tables, and says so when something was lost."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.backbone import features, latency, report
from benchmarks.backbone.collector import collecting
from benchmarks.backbone.contest import LIMIT, OURS, Contestant, run
from benchmarks.backbone.environment import Environment, Void, embedded_broker
from benchmarks.backbone.rounds import MOST_ROUNDS, VALID_ROUNDS, Row, play, rows, valid
from benchmarks.backbone.task import Timing
from benchmarks.tables import Table, record, revision


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `slow_messages` is for contestants that would take minutes for more."""

    messages: int
    slow_messages: int
    valid_rounds: int
    most_rounds: int
    hop_events: int
    profiles: int


FULL = Size(120_000, 2_000, VALID_ROUNDS, MOST_ROUNDS, latency.EVENTS, features.RUNS)
QUICK = Size(600, 60, 1, 1, 10, 1)


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything one call found out; `revision` is what git had when it began."""

    revision: str
    played: int
    valid: int
    rows: Sequence[Row]
    latency: latency.Latency
    profile: features.Profile

    def tables(self) -> dict[str, Table]:
        """By the names under which the documentation shows them."""
        return {
            "rates": report.rates(self.rows),
            "latency": report.latency(self.latency),
            "features": report.features(self.profile),
        }

    def as_json(self) -> dict[str, Any]:
        """Figures, and the tables as text."""
        return {
            "measured": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": self.revision,
            "machine": report.machine(),
            "rounds": {"played": self.played, "valid": self.valid},
            "rates": report.figures(self.rows),
            "latency": asdict(self.latency),
            "features": asdict(self.profile),
            "tables": {name: table.as_json() for name, table in self.tables().items()},
        }


def main() -> int:
    """0 when enough rounds were valid and nothing was lost; reaching the goals is not asked for."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="framewell-bench-") as folder:
        try:
            measured = _measure(QUICK if options.quick else FULL, Path(folder))
        except Void as void:
            print(f"void: {void}", file=sys.stderr)
            return 1
    if options.json:
        print(json.dumps(measured.as_json(), indent=2, ensure_ascii=False))
    elif options.quick:
        print(f"{len(measured.rows)} contestants ran and lost nothing; so short a run says nothing of speed.")
    else:
        print(*measured.tables().values(), sep="\n\n")
        print(f"\n{measured.valid} valid rounds of {measured.played}; every input had its output, once.")
    if options.record:
        record("backbone", measured.as_json())
    return 0


def _measure(size: Size, folder: Path) -> Measured:
    begun_at = revision()
    with embedded_broker(folder) as kafka, collecting() as collector:
        environment = Environment.prepared(kafka, size.messages, collector.endpoint)
        slow_environment = Environment.prepared(kafka, size.slow_messages, collector.endpoint)

        def one(contestant: Contestant) -> Timing:
            timing = run(contestant, slow_environment if contestant.slow else environment, folder)
            print(f"{contestant.name}: {timing.rate:,.0f}/s, {timing.cpu_us:.1f} µs", file=sys.stderr)
            return timing

        if size is not QUICK:  # a broker's first idempotent producer waits; nobody's rate should show that
            one(LIMIT)
        played = play(one, wanted=size.valid_rounds, most=size.most_rounds)
        counted = valid(played)
        if len(counted) < size.valid_rounds:
            raise Void(f"only {len(counted)} of {len(played)} rounds were valid: the machine is too busy")
        hops = latency.measure(kafka, collector.endpoint, folder, size.hop_events)
        found = list(rows(counted))
        (ours,) = (row for row in found if row.contestant is OURS)
        profile = features.measure(environment, folder, ours.cpu_us.median, size.profiles)
    return Measured(begun_at, len(played), len(counted), found, hops, profile)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.backbone", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print figures and tables as JSON")
    parser.add_argument("--record", action="store_true", help="also write docs/evidence/backbone.json")
    parser.add_argument("--quick", action="store_true", help="tiny counts: only shows that it runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
