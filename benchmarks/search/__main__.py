"""`make bench-search`: how well and how fast a million stored faces are searched, with filters."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.search.archive import Archive, filled
from benchmarks.search.faces import Faces, Vectors
from benchmarks.tables import Table, machine, record, revision, verdict
from framewell_inference.domain.vector_views import VectorFilter
from framewell_inference.domain.vectors import Placed

FACES, PEOPLE, QUERIES = 1_000_000, 20_000, 200
QUICK_FACES, QUICK_PEOPLE, QUICK_QUERIES = 20_000, 400, 10
NEIGHBOURS = 10
GOAL_RECALL, GOAL_MILLISECONDS = 0.98, 20.0

FILTERS: Mapping[str, VectorFilter] = {
    "anything": VectorFilter(),
    "one series of ten": VectorFilter(series=frozenset({"series 3"})),
    "score at least .9 (a tenth)": VectorFilter(least_score=0.9),
    "five assets": VectorFilter(asset_ids=frozenset(f"asset-{number}" for number in range(5))),
    "no farther than .45": VectorFilter(most_distance=0.45),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What searches with one filter found, and how long they took."""

    recall: float
    seconds: tuple[float, ...]

    def at(self, quantile: float) -> float:
        """Return a quantile of the times, in milliseconds."""
        return 1000 * float(np.quantile(self.seconds, quantile))


async def measure(archive: Archive, queries: Vectors, wanted: VectorFilter) -> Measured:
    """Return recall against comparing everything in single precision, and the time of each search."""
    right = found = 0
    seconds = []
    for query, exact in zip(queries, archive.exact(queries, NEIGHBOURS, wanted), strict=True):
        begun = time.perf_counter()
        near = await archive.index.nearest(Placed(archive.space, query), NEIGHBOURS, wanted)
        seconds.append(time.perf_counter() - begun)
        right += len(exact & {(one.of.set_id, one.row) for one in near})
        found += len(exact)
    return Measured(right / found if found else 1.0, tuple(seconds))


async def run(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Return what is measured, and the table."""
    faces = QUICK_FACES if options.quick else FACES
    house = Faces(QUICK_PEOPLE if options.quick else PEOPLE)
    begun, processor = time.perf_counter(), time.process_time()
    archive = await filled(folder, house, faces)
    filled_in = time.perf_counter() - begun, time.process_time() - processor
    random = np.random.default_rng(1)
    person = random.integers(0, house.people, QUICK_QUERIES if options.quick else QUERIES)
    queries = house.pictures(person, seed=1_000_003)
    first = Placed(archive.space, queries[0])
    await archive.index.nearest(first, NEIGHBOURS, VectorFilter())  # maps the blocks
    found = {name: await measure(archive, queries, wanted) for name, wanted in FILTERS.items()}
    table = Table(
        (f"of {faces:,} faces", "recall@10", "goal ≥ .98", "p50 ms", "p95 ms", "goal ≤ 20 ms"),
        tuple(
            (
                name,
                f"{one.recall:.3f}",
                verdict(one.recall >= GOAL_RECALL),
                f"{one.at(0.5):.1f}",
                f"{one.at(0.95):.1f}",
                verdict(one.at(0.95) <= GOAL_MILLISECONDS),
            )
            for name, one in found.items()
        ),
    )
    return {
        "table": table,
        "faces": faces,
        "people": house.people,
        "filled_seconds": filled_in[0],
        "filled_processor_seconds": filled_in[1],
        "searches": {
            name: {"recall": one.recall, "p50_ms": one.at(0.5), "p95_ms": one.at(0.95)}
            for name, one in found.items()
        },
    }


def main() -> int:
    """Return 0 when it could be measured; reaching the goals is not asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.search", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print figures and table as JSON")
    parser.add_argument(
        "--record", nargs="?", const="search", metavar="NAME", help="also write docs/evidence/NAME.json"
    )
    parser.add_argument("--quick", action="store_true", help="a moment only: shows that it runs")
    options = parser.parse_args()
    begun_at = revision()
    with tempfile.TemporaryDirectory(prefix="framewell-search-") as folder:
        found = asyncio.run(run(Path(folder), options))
    table = found.pop("table")
    assert isinstance(table, Table)
    as_json = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": begun_at,
        "machine": machine("usearch", "numpy"),
        **found,
        "tables": {"search": table.as_json()},
    }
    print(json.dumps(as_json, indent=2, ensure_ascii=False) if options.json else table)
    if options.record:
        print(f"written: {record(options.record, as_json).name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
