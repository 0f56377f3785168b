"""`make bench-list`: a page of 100 out of 100,000 assets, in every order, with every filter, on a database.

The embedded database is started for it; `--mongo mongodb://…` measures on a MongoDB that is there.
"""

import argparse
import asyncio
import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from google.protobuf.duration_pb2 import Duration

from benchmarks.tables import Table, machine, record, revision, verdict
from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ListAssetsRequest
from framewell.media.v1.media_pb2 import MediaKind, Programme, Track
from framewell_embedded.database import Database
from framewell_embedded.running import running
from framewell_gateway.adapters.progress_documents import ProgressDocuments
from framewell_gateway.adapters.summary_documents import SUMMARIES, SummaryDocuments
from framewell_gateway.domain.summaries import Standing, SummaryChange
from framewell_gateway.queries.list_assets import ListAssets
from framewell_kit.documents import MemoryDocuments, MongoDocuments
from framewell_kit.testing.ports import port_base

ASSETS, QUICK_ASSETS = 100_000, 2_000
GOAL_MS = 100.0
PAGES = 25
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = [
    "news", "evening", "weather", "sport", "straße", "müßig", "العربية", "חדשות", "ニュース", "culture",
    "report", "live", "archive",
]  # fmt: skip
STATES = [
    AssetState.ASSET_STATE_ANALYSED, AssetState.ASSET_STATE_ANALYSED, AssetState.ASSET_STATE_ANALYSING,
    AssetState.ASSET_STATE_TRANSCODING, AssetState.ASSET_STATE_REJECTED,
]  # fmt: skip
ORDERS = [
    "requested_at desc",
    "requested_at",
    "title",
    "title desc",
    "duration desc",
    "state",
    "changed_at desc",
]
FILTERS: dict[str, dict[str, object]] = {
    "none": {},
    "one state": {"state": [AssetState.ASSET_STATE_REJECTED]},
    "two states, kind": {
        "state": [AssetState.ASSET_STATE_ANALYSED, AssetState.ASSET_STATE_ANALYSING],
        "kind": [MediaKind.MEDIA_KIND_VIDEO],
    },
    "a common word": {"search": "news"},
    "three words": {"search": "even strasse kanal"},
    "a word nobody has": {"search": "xylophone"},
    "part of a title": {"title": "eather"},
    "source and label": {"source": "/playout/3", "label": ["desk:1"]},
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of the pages of one filter in all orders."""

    name: str
    total: int
    milliseconds: Sequence[float]

    @property
    def p95(self) -> float:
        """Return the 95th percentile."""
        return statistics.quantiles(self.milliseconds, n=20)[-1]


def asset(number: int, random: Random) -> SummaryChange:
    """Return what is known of one of many assets, about as much as of a real one."""
    title = " ".join(random.sample(WORDS, 3)).title() + f" {number}"
    known = AssetSummary(
        uri=f"https://archive.example/{number}.mp4",
        source=f"/playout/{number % 7}",
        request_labels={"desk": str(number % 4), "job": str(number)},
        tracks=[Track(codec="h264", width=1920, height=1080), Track(codec="aac", channels=2)],
    )
    return SummaryChange(
        str(UUID(int=random.getrandbits(128), version=4)),
        BEGIN + timedelta(seconds=random.randrange(200_000_000)),
        random.choice([MediaKind.MEDIA_KIND_VIDEO, MediaKind.MEDIA_KIND_AUDIO]),
        Standing(random.choice(STATES), 1),
        known,
        1,
        Duration(seconds=random.randrange(7200)),
        1,
        Programme(title=title, series=random.choice(WORDS), channel=f"Kanal {number % 9}"),
        1,
    )


async def filled(documents: MongoDocuments, count: int) -> float:
    """Store so many assets; return how long a process takes to read them at its start."""
    memory, random = MemoryDocuments(), Random(7)
    writing = SummaryDocuments(memory)
    for number in range(count):
        await writing.add(asset(number, random))
    every = iter(await memory.find(SUMMARIES, {}))
    await SummaryDocuments(documents).prepare()
    while batch := [*itertools.islice(every, 250)]:
        await documents.insert_each_once(SUMMARIES, batch)
    begun = time.perf_counter()
    await SummaryDocuments(documents).prepare()
    return time.perf_counter() - begun


async def pages(lists: ListAssets, wanted: dict[str, object]) -> Measured:
    """Ask for pages of a list in every order, from its begin on, while an asset changes now and then."""
    taken, total = [], 0
    for order in ORDERS:
        token = ""
        for _ in range(PAGES):
            begun = time.perf_counter()
            page = await lists(ListAssetsRequest(order_by=order, page_token=token, **wanted))  # type: ignore[arg-type]
            taken.append(1000 * (time.perf_counter() - begun))
            total, token = page.total_size, page.next_page_token
            if not token:
                break
    return Measured("", total, taken)


async def measure(uri: str, count: int) -> tuple[list[Measured], float, float]:
    """Return the figures of every filter, the seconds of reading at a start, and megabytes in memory."""
    documents = MongoDocuments(uri, f"bench_{uuid4().hex[:8]}")
    seconds = await filled(documents, count)
    before = _resident()
    summaries = SummaryDocuments(documents)
    await summaries.prepare()
    megabytes = (_resident() - before) / 2**20
    lists = ListAssets(summaries, ProgressDocuments(documents))
    found = []
    random = Random(8)
    for name, wanted in FILTERS.items():
        await summaries.add(asset(0, random))  # as while the mesh works: what was sorted is stale
        one = await pages(lists, wanted)
        found.append(Measured(name, one.total, one.milliseconds))
    documents.close()
    return found, seconds, megabytes


def _resident() -> int:
    pages_in_memory = int(Path("/proc/self/statm").read_text().split()[1])
    return pages_in_memory * resource.getpagesize()


def main() -> int:
    """Measure, print and record; 1 when a page takes longer than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 assets")
    parser.add_argument("--record", action="store_true", help="write docs/evidence/asset_list.json")
    parser.add_argument(
        "--mongo", default="", help="measure on this MongoDB instead of the embedded database"
    )
    options = parser.parse_args()
    count = QUICK_ASSETS if options.quick else ASSETS
    with ExitStack() as stack:
        uri = options.mongo
        if not uri:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = Database(folder, port_base())
            stack.enter_context(running(server, folder / "database.log"))
            uri = server.uri
        found, seconds, megabytes = asyncio.run(measure(uri, count))
    table = Table(
        ("filter", "assets found", "median ms", "p95 ms", "slowest ms", "goal"),
        tuple(
            (
                one.name, f"{one.total:,}", f"{statistics.median(one.milliseconds):.1f}", f"{one.p95:.1f}",
                f"{max(one.milliseconds):.1f}", verdict(one.p95 <= GOAL_MS),
            )
            for one in found
        ),
    )  # fmt: skip
    print(table)
    print(f"{count:,} assets: read at a start in {seconds:.1f} s, {megabytes:.0f} MB in memory")
    if options.record:
        record(
            "asset_list",
            {
                "measured": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": revision(),
                "machine": machine("numpy"),
                "database": "a MongoDB" if options.mongo else "the embedded database",
                "assets": count,
                "read_seconds": round(seconds, 1),
                "megabytes": round(megabytes),
                "tables": {"pages": table.as_json()},
            },
        )
    return 0 if all(one.p95 <= GOAL_MS for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
