"""`make bench-backbone`: measures, prints the table, and says so when something was lost."""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.backbone import report
from benchmarks.backbone.collector import collecting
from benchmarks.backbone.contest import CONTESTANTS, LIMIT, Contestant, run
from benchmarks.backbone.ground import Ground, Void, embedded_broker
from benchmarks.backbone.rounds import MOST_ROUNDS, VALID_ROUNDS, Round, play, rows, valid
from benchmarks.backbone.task import Timing

EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence" / "backbone.json"
MESSAGES, SLOW_MESSAGES = 60_000, 2_000
QUICK_MESSAGES, QUICK_SLOW_MESSAGES = 600, 60


def main() -> int:
    """0 when enough rounds were valid and nothing was lost; reaching the goals is not asked for."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="framewell-bench-") as folder:
        try:
            played = _rates(options, Path(folder))
        except Void as void:
            print(f"void: {void}", file=sys.stderr)
            return 1
    counted = valid(played)
    wanted = 1 if options.quick else VALID_ROUNDS
    result = _result(counted, len(played))
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif options.quick:
        print(f"{len(CONTESTANTS)} contestants ran and lost nothing; so short a run says nothing of speed.")
    else:
        print(report.rates(list(rows(counted))))
        print(f"{len(counted)} valid rounds of {len(played)}; every input had its output, once.")
    if len(counted) < wanted:
        print(f"void: only {len(counted)} rounds of {len(played)} were valid", file=sys.stderr)
        return 1
    if options.record:
        EVIDENCE.parent.mkdir(exist_ok=True)
        EVIDENCE.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return 0


def _rates(options: argparse.Namespace, folder: Path) -> list[Round]:
    many = QUICK_MESSAGES if options.quick else MESSAGES
    few = QUICK_SLOW_MESSAGES if options.quick else SLOW_MESSAGES
    with embedded_broker(folder) as kafka, collecting() as collector:
        ground = Ground.laid(kafka, many, collector.endpoint)
        slow_ground = Ground.laid(kafka, few, collector.endpoint)

        def one(contestant: Contestant) -> Timing:
            timing = run(contestant, slow_ground if contestant.slow else ground, folder)
            print(f"{contestant.name}: {timing.rate:,.0f}/s, {timing.cpu_us:.1f} µs", file=sys.stderr)
            return timing

        if options.quick:
            return play(one, wanted=1, most=1)
        one(LIMIT)  # the first idempotent producer of a broker waits for it; nobody's rate should show that
        return play(one, wanted=VALID_ROUNDS, most=MOST_ROUNDS)


def _result(counted: list[Round], played: int) -> dict[str, Any]:
    found = list(rows(counted))
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": report.machine(),
        "rounds": {"played": played, "valid": len(counted), "contestants": len(CONTESTANTS)},
        "rates": report.figures(found),
        "tables": {"rates": report.rates(found).as_json()},
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.backbone", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print figures and tables as JSON")
    parser.add_argument("--record", action="store_true", help=f"also write {EVIDENCE.name} for the docs")
    parser.add_argument("--quick", action="store_true", help="tiny counts: only shows that it runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
