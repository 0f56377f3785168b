"""`make bench-console`: what a person waits for in the console, in Debian's Chromium on a gateway with fakes.

The console is taken as it is built. Frames are those of a browser without a graphics card; run it on a quiet
machine.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from benchmarks.console import Finding, first_paint, reviewing, scrolling
from benchmarks.console.house import browser
from benchmarks.tables import Table, machine, record, revision, verdict

PARTS: Final[dict[str, Callable[..., list[Finding]]]] = {
    "paint": first_paint.measure,
    "list": scrolling.measure,
    "review": reviewing.measure,
}


def table(found: list[Finding]) -> Table:
    """Return the figures beside their goals."""
    return Table(
        ("what", "measured", "goal", ""),
        tuple(
            (
                one.name,
                f"{one.value:,.0f} {one.unit}".rstrip(),
                "" if one.goal is None else f"≤ {one.goal:,.0f} {one.unit}".rstrip(),
                verdict(one.is_reached),
            )
            for one in found
        ),
    )


def main() -> int:
    """Measure, print and record; 1 when a goal is missed, of a quick run when one of its counts is."""
    parser = argparse.ArgumentParser(prog="benchmarks.console", description=__doc__)
    parser.add_argument("--part", choices=sorted(PARTS), help="one of them alone")
    parser.add_argument(
        "--quick", action="store_true", help="a moment only: shows that it runs; times decide nothing"
    )
    parser.add_argument("--record", action="store_true", help="write docs/evidence/console.json")
    options = parser.parse_args()
    begun_at = revision()
    found: list[Finding] = []
    with browser() as opened:
        for name, measure in PARTS.items():
            if options.part in (None, name):
                found += measure(opened, quick=options.quick)
                version = opened.version
    shown = table(found)
    print(shown)
    if options.record:
        record(
            "console",
            {
                "measured": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": begun_at,
                "machine": f"{machine('playwright')}, Chromium {version}",
                "found": [asdict(one) for one in found],
                "tables": {"console": shown.as_json()},
            },
        )
    deciding = [one for one in found if one.is_counted or not options.quick]
    return 1 if any(one.is_reached is False for one in deciding) else 0


if __name__ == "__main__":
    sys.exit(main())
