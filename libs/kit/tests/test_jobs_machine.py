"""Any interleaving of workers with clocks of their own, deaths and zombies: one worker at a time, facts once.

The model knows the true time and who holds what; every worker has a time of day that is wrong in its own
way. Runs on the fake at length, on the real database for a while.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE
from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.jobs import Jobs
from framewell_kit.outbox import Outbox
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause

LEASE = 30.0
KEYS = ["a", "b", "c", "d"]
WORKERS = [timedelta(), timedelta(hours=1), timedelta(hours=-1)]


@dataclass
class Known:
    """What the model knows of one job."""

    lane: int
    state: str = "waiting"
    epoch: int = 0
    holder: int = -1
    beaten_at: float = 0.0
    due: float = 0.0


@dataclass
class Worker:
    """One process: its clock, its view, and what it believes it holds (also as a zombie)."""

    clock: HeldClock
    jobs: Jobs
    believes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class JobsMachine(RuleBasedStateMachine):
    """Put, claim, renew, save, end, give back, die, and let time pass, in any order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, documents: Documents) -> None:
        super().__init__()
        self.loop, self.documents = loop, documents
        self.sent, self.now = CollectedFacts(), 0.0
        self.known: dict[str, Known] = {}
        self.ended: set[str] = set()
        self.workers = []
        for ahead in WORKERS:
            clock = HeldClock(ahead=ahead)
            jobs = Jobs(documents, Outbox(documents, self.sent, clock), clock)
            self.workers.append(Worker(clock, jobs))
        self.do(self.workers[0].jobs.prepare())

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    held = Bundle("held")

    @rule(key=st.sampled_from(KEYS), lane=st.sampled_from([LANE_LIVE, LANE_ARCHIVE]))
    def put(self, key: str, lane: int) -> None:
        new = self.do(self.workers[0].jobs.put("fetch", key, {}, cause=a_cause(key), lane=lane))  # type: ignore[arg-type]
        assert new == (key not in self.known)
        self.known.setdefault(key, Known(lane))

    @rule(target=held, who=st.integers(0, len(WORKERS) - 1))
    def claim(self, who: int) -> Any:
        worker = self.workers[who]
        waiting = [key for key, job in self.known.items() if job.state == "waiting"]
        document = self.do(worker.jobs.claim("fetch", f"w{who}", LEASE))
        assert (document is not None) == bool(waiting)
        if document is None:
            return None
        job = self.known[document["key"]]
        assert job.state == "waiting", "nobody is given what another holds"
        live = [key for key in waiting if self.known[key].lane == LANE_LIVE]
        assert job.lane == LANE_LIVE or not live, "live before archive"
        assert document["epoch"] == job.epoch + 1
        job.state, job.epoch, job.holder, job.beaten_at = "running", document["epoch"], who, self.now
        return who, document

    def is_mine(self, taken: Any) -> bool:
        who, document = taken
        job = self.known[document["key"]]
        return job.state == "running" and job.holder == who and job.epoch == document["epoch"]

    @rule(taken=held)
    def renew(self, taken: Any) -> None:
        if taken:
            done = self.do(self.workers[taken[0]].jobs.renew(taken[1], LEASE))
            assert (done is not None) == self.is_mine(taken)
            if done is not None:
                self.known[taken[1]["key"]].beaten_at = self.now

    @rule(taken=held)
    def save(self, taken: Any) -> None:
        if taken:
            done = self.do(self.workers[taken[0]].jobs.save(taken[1], {"epoch": taken[1]["epoch"]}))
            assert done == self.is_mine(taken)

    @rule(taken=held, state=st.sampled_from(["done", "failed"]))
    def end(self, taken: Any, state: str) -> None:
        if taken:
            key = taken[1]["key"]
            facts = [AssetRejected(work=Work(asset_id=key), code=state)]
            done = self.do(self.workers[taken[0]].jobs.end(taken[1], state, facts))
            assert done == self.is_mine(taken), "a zombie ends nothing and says nothing"
            if done:
                self.known[key].state = state
                self.ended.add(key)

    @rule(taken=held, seconds=st.sampled_from([0, 20]))
    def give_back(self, taken: Any, seconds: float) -> None:
        if taken:
            jobs = self.workers[taken[0]].jobs
            done = self.do(jobs.give_back(taken[1], seconds=seconds, reason="", failed=True))
            assert done == self.is_mine(taken)
            if done:
                job = self.known[taken[1]["key"]]
                job.state, job.due = ("later", self.now + seconds) if seconds else ("waiting", self.now)

    @rule(who=st.integers(0, len(WORKERS) - 1))
    def look(self, who: int) -> None:
        """A worker looks for what to revive; it may take only what has stood still for a lease."""
        self.do(self.workers[who].jobs.revive("fetch"))
        for key, job in self.known.items():
            document = self.do(self.documents.get("jobs", f"fetch/{key}"))
            waits = document["queue"].startswith("fetch/waiting")
            if job.state == "running" and waits:
                assert self.now - job.beaten_at >= LEASE, "a live lease was taken away"
                job.state = "waiting"
            elif job.state == "later" and waits:
                job.state = "waiting"  # early by a wrong clock is allowed
            else:
                assert waits == (job.state == "waiting")

    @rule(seconds=st.sampled_from([1.0, 9.0, 31.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        for worker in self.workers:
            worker.clock.advance(seconds)

    @rule(taken=held)
    def a_holder_lives_on(self, taken: Any) -> None:
        """For more than a lease one holder renews, and everybody looks."""
        for _ in range(4):
            self.renew(taken)
            for who in range(len(WORKERS)):
                self.look(who)
            self.time_passes(9.0)

    @rule(who=st.integers(0, len(WORKERS) - 1), hours=st.sampled_from([-2, 2]))
    def jump(self, who: int, hours: int) -> None:
        self.workers[who].clock.jump(timedelta(hours=hours))

    @precondition(lambda self: self.known)
    @rule()
    def send(self) -> None:
        self.do(self.workers[0].jobs._outbox.flush())

    @invariant()
    def epochs_and_states_agree(self) -> None:
        for key, job in self.known.items():
            document = self.do(self.documents.get("jobs", f"fetch/{key}"))
            assert document["epoch"] == job.epoch
            assert document["queue"].split("/")[1] == job.state

    def teardown(self) -> None:
        """Whatever happened: everybody gone, a new worker gets all of it done, and each fact has one id."""
        clock = HeldClock(ahead=timedelta(minutes=-30))
        jobs = Jobs(self.documents, outbox := Outbox(self.documents, self.sent, clock), clock)
        for _ in range(3):
            self.do(jobs.revive("fetch"))
            clock.advance(LEASE + 1)
        while (document := self.do(jobs.claim("fetch", "last", LEASE))) is not None:
            assert self.do(jobs.end(document, "done", [AssetRejected(work=Work(asset_id=document["key"]))]))
            self.ended.add(document["key"])
        assert self.ended == set(self.known), "every job ends"
        self.do(outbox.flush())
        assert len(self.sent.ids) == len(self.known), "one fact a job, however many held it"


def run(documents_of: Any, **limits: int) -> None:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        run_state_machine_as_test(
            lambda: JobsMachine(loop, documents_of()),
            settings=settings(deadline=None, suppress_health_check=checks, **limits),
        )


@pytest.mark.slow
def test_any_interleaving_on_the_fake() -> None:
    run(MemoryDocuments, max_examples=100, stateful_step_count=50)


@pytest.mark.integration
def test_any_interleaving_on_the_real_database(database: str) -> None:
    run(
        lambda: MongoDocuments(database, f"machine_{uuid4().hex[:8]}"),
        max_examples=10,
        stateful_step_count=30,
    )
