"""The `chain` workload seen from outside: what goes in, what must come out, and all checks over it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from chaos import checkers
from chaos.checkers import Effect
from chaos.environment import Environment
from chaos.journal import entries
from chaos.load import Load
from chaos.observer import Observer, Seen
from chaos.outcome import Outcome
from chaos.workloads import chain
from chaos.workloads.chain import JOBS_AT_ONCE
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.fact_types import fact_type
from framewell_kit.testing.waiting import PATIENCE

PARTS = 10
# So many assets are under way at once: their parts come mixed, and some become whole all the time.
MIXED = 8
KEPT = (chain.EFFECTS, chain.WHOLES, "jobs", "decisions")
READS = ((chain.ACCEPT, chain.REQUESTED), (chain.COLLECT, chain.REJECTED), (chain.DECIDE, chain.REMOVED))


class ChainStory:
    """`events` requests for `events / PARTS` assets, their parts in order and the assets mixed."""

    def __init__(self, environment: Environment, events: int) -> None:
        self.environment, self.events = environment, events
        self.assets = events // PARTS
        self.load: Load = environment.load()
        self._unwritten = self.requests()
        self.observer: Observer = environment.observer(
            *chain.FACTS, *(f"{one}.dead-letter" for one in chain.GROUPS)
        )

    async def declare(self) -> None:
        """Create the topics."""
        await self.environment.declare(chain.FACTS, chain.GROUPS)

    def requests(self) -> Iterator[tuple[str, IngestRequested]]:
        """Event id and request of every event."""
        for block in range(0, self.assets, MIXED):
            for part in range(PARTS):
                for asset in range(block, min(block + MIXED, self.assets)):
                    yield f"{asset}-{part}", chain.request(asset, part)

    async def write(self, count: int | None = None, *, per_second: float = 0) -> None:
        """Write the next requests (all that are left); returns once Kafka has acknowledged them."""
        await self.load.facts(islice(self._unwritten, count), per_second=per_second)

    def answered(self) -> int:
        """How many different requests are answered so far."""
        return len(self._answers())

    def all_answered(self) -> bool:
        """True when everything that was acknowledged so far is answered."""
        return self.answered() >= len(self.load.acknowledged)

    async def more_answers(self, count: int, within: float = PATIENCE) -> None:
        """Return when so many more requests are answered than now."""
        wanted = self.answered() + count
        await self.observer.until(lambda: self.answered() >= wanted, within, f"{wanted} answers")

    def finished(self) -> bool:
        """True when everything that was asked for has come out at the end."""
        return (
            self.answered() >= self.events
            and len(self._keys(chain.INGESTED)) >= self.assets
            and len(self._keys(chain.CLOSED)) >= self.assets
        )

    async def settled(self) -> None:
        """Wait until it is finished, and for what may still double; a timeout is left to the checks."""
        with suppress(TimeoutError):
            await self.observer.until(
                self.finished, self.environment.scale.patience_seconds, "the end of the chain"
            )
        await self.observer.caught_up()

    async def recovery(self, within: float = PATIENCE) -> float:
        """Seconds until the next new answer, from now."""
        before, began = self.answered(), time.monotonic()
        await self.observer.until(lambda: self.answered() > before, within, "a new answer after the fault")
        return time.monotonic() - began

    async def uncommitted_work(self) -> list[str]:
        """Requests below the commit of their partition that nobody answered: must be empty, always."""
        committed = await self.observer.committed(chain.ACCEPT, chain.REQUESTED)
        await self.observer.caught_up()
        written: dict[int, dict[int, str]] = {}
        for one in self.observer.seen[chain.REQUESTED]:
            written.setdefault(one.partition, {})[one.offset] = one.id
        return checkers.committed_past_unfinished(committed, written, self._answers())

    async def finish(self, outcome: Outcome, past: set[str]) -> None:
        """Write what is left, wait for the end, and check everything; `past` is of `uncommitted_work`."""
        await self.write()
        await self.settled()
        past.update(await self.uncommitted_work())
        outcome.require(not past, f"{len(past)} unfinished records were committed past, {sorted(past)[:3]}")
        await self.check(outcome)

    async def drained(self, within: float = 120) -> None:
        """Wait until every group has committed all there is to read, and nothing new came meanwhile."""
        deadline, before = time.monotonic() + within, None
        while True:
            ends = await self.observer.ends()
            committed = [
                sum((await self.observer.committed(group, topic)).values()) == ends[topic]
                for group, topic in READS
            ]
            if all(committed) and ends == before:
                return await self.observer.caught_up()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the groups have not read everything within {within:.0f} s")
            before = ends
            await asyncio.sleep(0.5)

    async def until_letters(self, group: str, count: int, within: float = PATIENCE) -> None:
        """Wait until a group has given up so many records."""
        letters = self.observer.seen[f"{group}.dead-letter"]
        await self.observer.until(lambda: len(letters) >= count, within, f"{count} dead letters")

    async def state(self) -> str:
        """A hash of everything the service keeps, and of every event that is visible."""
        documents = self.environment.documents(chain.SERVICE)
        try:
            kept = {name: await documents.find(name, {}) for name in KEPT}
        finally:
            documents.close()
        visible = [effect._asdict() for effect in set(self.effects())]
        return checkers.state_hash({**kept, "visible": visible})

    async def check(self, outcome: Outcome, *, dead_letters: int = 0) -> None:
        """Fill in what came of it, with so many dead letters."""
        self.load.close()
        effects = list(self.effects())
        documents = self.environment.documents(chain.SERVICE)
        try:
            kept = await documents.find(chain.EFFECTS, {})
            wholes = await documents.find(chain.WHOLES, {"expected": {"$exists": True}})
            jobs = await documents.find("jobs", {})
        finally:
            documents.close()
        outcome.events_in = len(self.load.acknowledged)
        outcome.effects_out = len({effect.cause for effect in effects})
        wanted = [one for one, _ in self.requests() if one in self.load.acknowledged]
        missing = checkers.lost(wanted, self._answers()) + checkers.lost(wanted, {one["_id"] for one in kept})
        whole = {chain.asset_id(number) for number in range(self.assets)}
        for topic in (chain.REMOVED, chain.INGESTED, chain.CLOSED):
            missing += [f"{topic} of {one}" for one in checkers.lost(sorted(whole), self._keys(topic))]
        outcome.lost = len(missing)
        outcome.doubled = len(checkers.doubled(effects))
        outcome.require(not missing, f"missing, for example: {', '.join(missing[:5])}")
        outcome.require(len(wanted) == self.events, f"not acknowledged: {self.load.refused}")
        outcome.require(
            len(kept) == len(wanted) and len(wholes) == self.assets,
            f"{len(kept)} effects and {len(wholes)} wholes in the database for {len(wanted)} requests",
        )
        mixed = checkers.out_of_order(entries(self.environment.journal, "attempt", "ended"))
        outcome.require(not mixed, f"{len(mixed)} keys were not first attempted in order, {mixed[:3]}")
        _check_jobs(outcome, jobs)
        self.environment.require_no_deaths(outcome)
        given_up = sum(len(seen) for name, seen in self.observer.seen.items() if name.endswith("dead-letter"))
        outcome.require(given_up == dead_letters, f"{given_up} dead letters instead of {dead_letters}")

    def effects(self) -> Iterator[Effect]:
        """Everything visible that came of anything, by what it came of."""
        for topic in (chain.REJECTED, chain.REMOVED, chain.INGESTED, chain.CLOSED):
            for one in self.observer.seen[topic]:
                yield Effect(f"{topic} {_cause(topic, one)}", one.id, one.digest)

    def _answers(self) -> set[str]:
        return {one.message.code for one in self.observer.seen[chain.REJECTED]}

    def _keys(self, topic: str) -> set[str]:
        return {_asset(one) for one in self.observer.seen[topic]}


def _cause(topic: str, one: Seen) -> str:
    return str(one.message.code if topic == chain.REJECTED else _asset(one))


def _asset(one: Seen) -> str:
    return str(fact_type(one.message).asset_of(one.message))


def _check_jobs(outcome: Outcome, jobs: list[dict[str, Any]]) -> None:
    """Every job ended once, and no write of an older epoch stands after a newer one's.

    A job whose worker was killed twice is given up by rule, whoever killed it; the table shows it.
    """
    blamed = [job["_id"] for job in jobs if job.get("code") == "killed_its_worker"]
    if blamed:
        outcome.fault += f"; {len(blamed)} of {len(jobs):,} jobs given up after two deaths"
    outcome.require(2 * len(blamed) <= outcome.times * JOBS_AT_ONCE, f"{len(blamed)} jobs were given up")
    unended = [job["_id"] for job in jobs if not job["queue"].endswith("/done") and job["_id"] not in blamed]
    outcome.require(not unended, f"{len(unended)} jobs have not ended, {unended[:3]}")
    trails = [job["progress"].get("trail", []) for job in jobs]
    late = sum(map(checkers.zombie_writes, trails))
    stale = [
        job["_id"]
        for job, trail in zip(jobs, trails, strict=True)
        if trail and trail[-1] != job["epoch"] and job["_id"] not in blamed
    ]
    outcome.require(not late and not stale, f"writes of an older epoch were accepted: {late}, {stale[:3]}")
