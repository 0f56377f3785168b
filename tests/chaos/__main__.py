"""Runs the rows and prints their table; exit 1 if a row is not clean."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from chaos.evidence import current_revision, record
from chaos.outcome import Outcome, table
from chaos.runner import ROWS, SHORT_ROWS, run_rows, run_together
from chaos.scale import FULL, SHORT, Scale
from chaos.servers import servers

INTERRUPTED = 130


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--short", action="store_true", help="the short form, about two minutes")
    parser.add_argument("--record", action="store_true", help="write docs/evidence/chaos.json")
    parser.add_argument("--keep", action="store_true", help="keep the folder of logs and journals")
    chosen = parser.parse_args()
    if chosen.record and (chosen.only or chosen.short):
        parser.error("what is recorded is the whole of the long form: leave out --only and --short")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as on Ctrl-C: nothing stays behind
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that the broker is away is the point
    began, revision = time.monotonic(), current_revision()
    folder = Path(tempfile.mkdtemp(prefix="framewell-chaos-"))
    try:
        names = chosen.only or (SHORT_ROWS if chosen.short else list(ROWS))
        outcomes = _run(names, folder, SHORT if chosen.short else FULL)
    except KeyboardInterrupt:
        print("interrupted; every process of the run has ended", file=sys.stderr)
        return INTERRUPTED
    finally:
        if chosen.keep:
            print(f"logs and journals: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - began
    print(f"\n{table(outcomes)}\n\n{len(outcomes)} rows in {seconds / 60:.1f} minutes")
    if chosen.record:
        record(outcomes, seconds, revision)
    return 0 if all(outcome.clean for outcome in outcomes) else 1


def _run(names: Sequence[str], folder: Path, scale: Scale) -> list[Outcome]:
    with servers(folder / "servers") as both:
        if scale is SHORT:
            return [*asyncio.run(run_together(names, both, folder, scale, _print_outcome)).values()]
        return asyncio.run(run_rows(names, both, folder, scale, _print_outcome))


def _print_outcome(outcome: Outcome) -> None:
    verdict = "clean" if outcome.clean else "NOT CLEAN"
    line = f"{outcome.name:<12} {outcome.seconds:6.1f} s  load {outcome.load:4.1f}  {verdict}"
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
