"""`make bench-analysis`: what each analyser costs, and how many times real time chunks are looked at."""

import argparse
import json
import os
import statistics
import sys
from datetime import UTC, datetime

from benchmarks.analysis.work import Cost, alone, chunks_against_real_time, listening, material
from benchmarks.tables import Table, machine, record, revision, verdict

GOAL_TIMES_REAL_TIME = 4.0
"""Of all default analysers at 2 pictures a second on 2 cores; with a transcript 2."""

ROUNDS, QUICK_ROUNDS = 5, 1


def main() -> int:
    """Return 0 when it could be measured; reaching the goal is not asked for."""
    options = _options()
    begun_at, rounds = revision(), QUICK_ROUNDS if options.quick else ROUNDS
    pictures = material()[:: 4 if options.quick else 1]
    measured = [[*alone(pictures), *listening()] for _ in range(rounds)]
    threads = os.cpu_count() or 1
    chunks = threads if options.quick else 6 * threads
    rates = [chunks_against_real_time(pictures, chunks=chunks, threads=threads) for _ in range(rounds)]
    tables = {"analysers": _analysers(measured), "chunks": _chunks(rates, threads)}
    as_json = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": begun_at,
        "machine": machine("onnxruntime", "numpy"),
        "times_real_time": rates,
        "tables": {name: one.as_json() for name, one in tables.items()},
    }
    print(json.dumps(as_json, indent=2, ensure_ascii=False) if options.json else _text(tables))
    if options.record:
        print(f"written: {record('analysis', as_json).name}", file=sys.stderr)
    return 0


def _analysers(measured: list[list[Cost]]) -> Table:
    rows = []
    for costs in zip(*measured, strict=True):
        wall, cpu = (
            statistics.median(values)
            for values in zip(*((c.seconds, c.cpu_seconds) for c in costs), strict=True)
        )
        unit = "second of sound" if costs[0].name == "speech" else "picture"
        rows.append(
            (costs[0].name, unit, f"{1000 * wall:.1f} ms", f"{1000 * cpu:.1f} ms", f"{1 / wall:.0f}/s")
        )
    return Table(("analyser", "each", "time", "CPU", "on one thread"), tuple(rows))


def _chunks(rates: list[float], threads: int) -> Table:
    median = statistics.median(rates)
    reached = verdict(median >= GOAL_TIMES_REAL_TIME)
    row = (
        f"all analysers of pictures, {threads} chunks at once",
        f"{median:.1f} x real time",
        f"{min(rates):.1f} .. {max(rates):.1f}",
        f"at least {GOAL_TIMES_REAL_TIME:.0f}",
        reached,
    )
    return Table(("chunks of 6 s, 2 pictures a second", "median", "range", "goal", ""), (row,))


def _text(tables: dict[str, Table]) -> str:
    return "\n\n".join(str(one) for one in tables.values())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.analysis", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print figures and tables as JSON")
    parser.add_argument("--record", action="store_true", help="also write docs/evidence/analysis.json")
    parser.add_argument("--quick", action="store_true", help="a moment only: shows that it runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
