"""`make bench-idle`: starts a whole mesh, leaves it alone, and prints what each of its processes costs."""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.idle import report
from benchmarks.idle.mesh import NotMeasurable, measured, mesh
from benchmarks.tables import record, revision

SETTLE_SECONDS, SECONDS = 60.0, 120.0
QUICK_SETTLE_SECONDS, QUICK_SECONDS = 0.0, 2.0


def main() -> int:
    """Return 0 when it could be measured; reaching the goals is not asked for."""
    options = _options()
    begun_at, seconds = revision(), QUICK_SECONDS if options.quick else SECONDS
    with tempfile.TemporaryDirectory(prefix="framewell-idle-") as folder:
        try:
            with mesh(Path(folder) / "mesh") as running:
                time.sleep(QUICK_SETTLE_SECONDS if options.quick else SETTLE_SECONDS)
                found = measured(running, seconds)
        except NotMeasurable as error:
            print(error, file=sys.stderr)
            return 1
    table = report.table(found, seconds)
    as_json = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": begun_at,
        "machine": report.machine(),
        "measured_seconds": seconds,
        "processes": {name: asdict(one) for name, one in found.items()},
        "tables": {"processes": table.as_json()},
    }
    print(json.dumps(as_json, indent=2, ensure_ascii=False) if options.json else table)
    if options.record:
        print(f"written: {record(options.record, as_json).name}", file=sys.stderr)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.idle", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print figures and table as JSON")
    parser.add_argument(
        "--record", nargs="?", const="idle", metavar="NAME", help="also write docs/evidence/NAME.json (idle)"
    )
    parser.add_argument("--quick", action="store_true", help="a moment only: shows that it runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
