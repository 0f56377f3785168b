"""`make bench-list`: a page of 100 out of 100,000 assets over REST, in every order, with every filter.

Broker, database and gateway are started for it as `framewell up` starts them, and asked over HTTP; each page
is asked in turns with the same documents of the database alone: what else the machine does meets both.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp

from benchmarks.asset_list.archive import asset, fill
from benchmarks.asset_list.asking import Asking, Figures, Question, p95
from benchmarks.idle.mesh import mesh
from benchmarks.tables import Table, machine, record, revision, verdict
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.process_table import ProcessTable
from framewell_gateway.adapters.summary_documents import SUMMARIES, SummaryDocuments
from framewell_gateway.adapters.summary_fields import ROW_FIELDS, row_of
from framewell_gateway.domain.asset_index import AssetIndex
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField
from framewell_kit.documents import MongoDocuments

ASSETS, QUICK_ASSETS = 100_000, 2_000
ROUNDS, QUICK_ROUNDS = 10, 2
GOAL_MS: Final = 100.0
DATABASE: Final = "framewell_gateway"
MEMBERS: Final = ("gateway", "mongo")

ORDERS: Final = [AssetOrder(field, descending=way) for field in SortField for way in (True, False)]
PLACES: Final = {"first": 0.0, "middle": 0.5, "last": 1.0}
FILTERS: Final[dict[str, list[tuple[str, str]]]] = {
    "one state": [("state", "rejected")],
    "two states, kind": [("state", "analysed"), ("state", "analysing"), ("kind", "video")],
    "a common word": [("search", "news")],
    "three words": [("search", "even strasse kanal")],
    "a word nobody has": [("search", "xylophone")],
    "part of a title": [("title", "eather")],
    "source and label": [("source", "/playout/3"), ("label", "desk:1")],
}


def questions(places: dict[str, dict[str, str]]) -> Iterator[Question]:
    """Yield every page that is asked for; `places` are the tokens of pages by order and place."""
    for order in ORDERS:
        name = named(order)
        for place, token in places[order.name].items():
            begin = [("page_token", token)] if token else []
            yield Question(f"{name}, {place} page", [("order_by", name), *begin])
    for name, parameters in FILTERS.items():
        yield Question(name, [*parameters, ("order_by", "title")])


async def index_of(documents: MongoDocuments) -> AssetIndex:
    """Return all assets, to know where pages begin."""
    index = AssetIndex()
    for document in await documents.find(SUMMARIES, {}, fields=ROW_FIELDS):
        index.put(row_of(document))
    return index


def tokens(index: AssetIndex) -> dict[str, dict[str, str]]:
    """Return where pages begin, by the name of an order and the place in it."""
    found: dict[str, dict[str, str]] = {}
    for order in ORDERS:
        listed = index.find(AssetFilter(), order, 0, None)[2]
        for place, share in PLACES.items():
            before = int(share * (listed - 100))
            key = index.find(AssetFilter(), order, before, None)[1] if before else None
            found.setdefault(order.name, {})[place] = order.token(key) if key else ""
    return found


async def marked(asking: Asking, order: AssetOrder, places: dict[str, str]) -> dict[str, str]:
    """Return tokens with the mark that REST puts on those of this list."""
    first = await asking.page([("order_by", named(order)), ("page_size", "1")])
    mark = first["next_page_token"].partition(".")[0]
    return {place: f"{mark}.{token}" if token else "" for place, token in places.items()}


def named(order: AssetOrder) -> str:
    """Return an order as `order_by` names it."""
    return f"{order.field} desc" if order.descending else str(order.field)


async def measure(folder: MeshFolder, count: int, rounds: int) -> dict[str, Any]:
    """Fill the gateway's store and ask for pages; return figures by row, and what reading a store cost."""
    ends, table = read_endpoints(folder), ProcessTable.read(folder)
    assert table is not None  # a mesh that came up has one
    processes = {name: process.pid for name, process in table.processes if name in MEMBERS}
    documents = MongoDocuments(ends["mongo"], DATABASE, answer_within=60)
    begun = time.perf_counter()
    await fill(documents, count)
    filled = time.perf_counter() - begun
    another, begun = SummaryDocuments(documents), time.perf_counter()
    await another.prepare()
    read = time.perf_counter() - begun
    random = Random(8)
    async with aiohttp.ClientSession() as session:
        asking = Asking(session, ends["rest"], documents, processes)
        before = _resident(processes["gateway"])
        begun = time.perf_counter()
        await asking.page([])  # takes in what was put there
        taken = time.perf_counter() - begun
        megabytes = (_resident(processes["gateway"]) - before) / 2**20
        places = tokens(await index_of(documents))
        for order in ORDERS:
            places[order.name] = await marked(asking, order, places[order.name])
        every = list(questions(places))
        for one in every:  # code and plans that are used for the first time
            await asking.ask(one)
        asking.found.clear()
        for _ in range(rounds):
            await another.add(
                asset(count, random)
            )  # as while the mesh works: another process changed something
            random.shuffle(every)
            for one in every:
                await asking.ask(one)
    documents.close()
    return {
        "found": asking.found, "filled": filled, "read": read, "taken": taken, "megabytes": megabytes
    }  # fmt: skip


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


def tables(found: dict[str, Figures]) -> dict[str, Table]:
    """Return the pages of the whole list, and those of filters."""
    columns = (
        "page", "assets found", "median ms", "p95 ms", "slowest ms", "the database alone, median ms",
        "the database alone, p95 ms", "processor ms of the gateway", "and of the database", "goal",
    )  # fmt: skip
    rows = {
        name: (
            name, f"{one.total:,}", f"{statistics.median(one.gateway):.1f}", f"{p95(one.gateway):.1f}",
            f"{max(one.gateway):.1f}", f"{statistics.median(one.database):.1f}", f"{p95(one.database):.1f}",
            f"{statistics.median(one.gateway_cpu):.1f}", f"{statistics.median(one.database_cpu):.1f}",
            verdict(p95(one.gateway) <= GOAL_MS),
        )
        for name, one in found.items()
    }  # fmt: skip
    whole = [name for name in found if name not in FILTERS]
    return {
        "pages": Table(columns, tuple(rows[name] for name in sorted(whole))),
        "filters": Table(columns, tuple(rows[name] for name in FILTERS)),
    }


def main() -> int:
    """Measure, print and record; 1 when a page takes longer than the goal."""
    parser = argparse.ArgumentParser(prog="benchmarks.asset_list", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 assets")
    parser.add_argument("--assets", type=int, default=ASSETS, help="so many instead of 100,000")
    parser.add_argument("--record", action="store_true", help="write docs/evidence/asset_list.json")
    options = parser.parse_args()
    count, rounds = (QUICK_ASSETS, QUICK_ROUNDS) if options.quick else (options.assets, ROUNDS)
    begun_at = revision()
    with (
        tempfile.TemporaryDirectory(prefix="framewell-list-") as folder,
        mesh(Path(folder) / "mesh", "--only", "kafka,mongo,gateway") as running,
    ):
        measured = asyncio.run(measure(running, count, rounds))
    found: dict[str, Figures] = measured["found"]
    shown = tables(found)
    for table in shown.values():
        print(table, end="\n\n")
    print(
        f"{count:,} assets: stored in {measured['filled']:.0f} s, "
        f"read at a start in {measured['read']:.1f} s, "
        f"taken in while it runs in {measured['taken']:.1f} s, "
        f"{measured['megabytes']:.0f} MB in memory"
    )
    if options.record:
        record(
            "asset_list",
            {
                "measured": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": begun_at,
                "machine": machine("numpy"),
                "assets": count,
                "rounds": rounds,
                "load": round(os.getloadavg()[1], 1),
                "read_seconds": round(measured["read"], 1),
                "megabytes": round(measured["megabytes"]),
                "tables": {name: table.as_json() for name, table in shown.items()},
            },
        )
    return 0 if all(p95(one.gateway) <= GOAL_MS for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
