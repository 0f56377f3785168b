"""`make bench-analysis`: what each analyser costs, and how many times real time chunks are looked at."""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.analysis.work import Cost, alone, listening, material, times_real_time
from benchmarks.quality.pictures import analysers
from benchmarks.tables import Table, machine, record, revision, verdict
from framewell_inference.ports.analysers import SoundAnalyser
from framewell_inference.ports.step_times import Step

GOALS = {"all without a transcript": 4.0, "all with a transcript": 2.0}
"""Times real time, at 2 pictures a second on 2 cores."""

TRANSCRIPT = "transcript"

ROUNDS, QUICK_ROUNDS = 5, 1
PREPARE, RUN, ASSEMBLE = Step


def main() -> int:
    """Return 0 when it could be measured; reaching the goal is not asked for."""
    options = _options()
    begun_at, rounds = revision(), QUICK_ROUNDS if options.quick else ROUNDS
    pictures = material()[:: 4 if options.quick else 1]
    seconds = 5.0 if options.quick else 60.0
    measured = [[*alone(pictures), *listening(seconds)] for _ in range(rounds)]
    threads = os.cpu_count() or 1
    chunks = threads if options.quick else 6 * threads
    rates = {
        name: [times_real_time(pictures, one, chunks=chunks, threads=threads) for _ in range(rounds)]
        for name, one in _listeners().items()
    }
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
        prepare, run, assemble = (
            statistics.median(each.steps[step] for each in costs) for step in (PREPARE, RUN, ASSEMBLE)
        )
        rows.append(
            (
                costs[0].name,
                costs[0].unit,
                *(f"{1000 * value:.1f} ms" for value in (wall, prepare, run, assemble, cpu)),
                f"{1 / wall:.0f}/s",
            )
        )
    columns = ("analyser", "each", "time", "prepare", "run", "assemble", "CPU", "on one thread")
    return Table(columns, tuple(rows))


def _listeners() -> dict[str, Sequence[SoundAnalyser]]:
    """Return which analysers listen beside those of pictures, by what is measured with them."""
    every = analysers().sounds
    without = [one for one in every if one.name != TRANSCRIPT]
    chosen = dict(zip(GOALS, (without, every), strict=True))
    return chosen if len(without) < len(every) else {next(iter(GOALS)): without}


def _chunks(rates: dict[str, list[float]], threads: int) -> Table:
    rows = []
    for name, goal in GOALS.items():
        measured = rates.get(name)
        if measured is None:
            rows.append((name, "not installed", "", f"at least {goal:.0f}", ""))
            continue
        median = statistics.median(measured)
        rows.append(
            (
                name,
                f"{median:.1f} x real time",
                f"{min(measured):.1f} .. {max(measured):.1f}",
                f"at least {goal:.0f}",
                verdict(median >= goal),
            )
        )
    columns = (f"analysers, 2 pictures a second, {threads} threads", "median", "range", "goal", "")
    return Table(columns, tuple(rows))


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
