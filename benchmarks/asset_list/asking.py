"""Pages of the list over HTTP, in turns with the same documents asked of the database alone."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import aiohttp

from framewell_gateway.adapters.summary_documents import SUMMARIES
from framewell_kit.documents import MongoDocuments

PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class Question:
    """One page of a list; `row` is the row of the table that it counts in."""

    row: str
    parameters: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Figures:
    """What asking gave, in milliseconds: until an answer was there, and of the processors' time."""

    total: int = 0
    gateway: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    """Of finding the very documents of a page by their ids, which no list can be without."""
    gateway_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    """What the gateway had the database do for a page."""


def p95(milliseconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(milliseconds, n=20, method="inclusive")[-1]


@dataclass(slots=True)
class Asking:
    """Asks a gateway, and the database that it keeps its list in; `processes` are both by name."""

    session: aiohttp.ClientSession
    rest: str
    documents: MongoDocuments
    processes: Mapping[str, int]
    found: dict[str, Figures] = field(default_factory=dict)
    unavailable: int = 0

    async def page(self, parameters: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Return a page of the list, however often it takes to ask. Raises when it is refused."""
        while True:
            async with self.session.get(f"{self.rest}/v1/assets", params=parameters) as answer:
                if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:  # a database without time for anybody
                    self.unavailable += 1
                    continue
                answer.raise_for_status()
                page: dict[str, Any] = await answer.json()
                return page

    async def ask(self, question: Question) -> None:
        """Ask both once and keep how long it took."""
        figures = self.found.setdefault(question.row, Figures())
        cpu, begun = self._cpu(), time.perf_counter()
        page = await self.page([*question.parameters, ("page_size", str(PAGE_SIZE))])
        figures.gateway.append(1000 * (time.perf_counter() - begun))
        spent = {name: now - cpu[name] for name, now in self._cpu().items()}
        figures.gateway_cpu.append(spent["gateway"])
        figures.database_cpu.append(spent["mongo"])
        figures.total = page["total_size"]
        ids = [one["asset_id"] for one in page["assets"]]
        begun = time.perf_counter()
        await self.documents.find(SUMMARIES, {"_id": {"$in": ids}})
        figures.database.append(1000 * (time.perf_counter() - begun))

    def _cpu(self) -> dict[str, float]:
        return {name: processor_ms(pid) for name, pid in self.processes.items()}


def processor_ms(pid: int) -> float:
    """Return the processor time of all threads of a process (schedstat of proc(5), in nanoseconds)."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e6
