"""What may happen to records that cost time: too slow for the poll interval, deadly."""

from __future__ import annotations

import asyncio
from collections import Counter

from chaos.environment import Environment
from chaos.heavy_story import HeavyStory
from chaos.journal import entries
from chaos.outcome import Outcome
from chaos.processes import Worker
from chaos.workloads import heavy
from framewell_kit.stream.policy.attempts import MAX_ATTEMPTS

POLL_INTERVAL_MS = 2_000


async def overrun(environment: Environment) -> Outcome:
    """Records and jobs of more than twice the poll interval: nobody is put out of its group."""
    outcome = Outcome(
        "overrun", f"work of {2 * POLL_INTERVAL_MS / 1000:.0f} s and more at a poll interval of 2 s"
    )
    story = HeavyStory(environment, environment.scale.heavy)
    worker = await start_worker(
        story, poll_interval_ms=POLL_INTERVAL_MS, work_ms=2.2 * POLL_INTERVAL_MS, permits=8,
        long_jobs=True, steps=2, step_ms=1.2 * POLL_INTERVAL_MS,
    )  # fmt: skip
    async with story.observer:
        before = Counter(entry.what for entry in entries(environment.journal, "assigned", "revoked"))
        await story.load.facts(story.planned())
        await story.settled(environment.scale.heavy * POLL_INTERVAL_MS / 1000 + 30)
        await story.observer.until(
            lambda: any(entry.number for entry in entries(environment.journal, "step")),
            60,
            "a job's second step",
        )
        await asyncio.sleep(2 * POLL_INTERVAL_MS / 1000)
        await story.check(outcome)
    after = Counter(entry.what for entry in entries(environment.journal, "assigned", "revoked"))
    outcome.times = environment.scale.heavy
    outcome.require(after == before, f"partitions changed hands: {after - before}")
    tried = Counter(entry.key for entry in entries(environment.journal, "attempt"))
    outcome.require(max(tried.values()) == 1, f"done more than once: {tried.most_common(1)}")
    outcome.require(not worker.deaths, f"the worker ended by itself, with {worker.deaths}")
    return outcome


async def killer(environment: Environment) -> Outcome:
    """Records that kill their process: given up after the last start allowed, all else goes on."""
    killers = 1 if environment.scale.heavy < 20 else 3
    outcome = Outcome("killer", "record that kills its worker", times=killers)
    story = HeavyStory(environment, environment.scale.heavy, killers)
    worker = await start_worker(story, work_ms=50)
    async with story.observer:
        await story.load.facts(story.planned())
        await story.settled(120)
        await story.check(outcome)
    starts = Counter(
        entry.key for entry in entries(environment.journal, "attempt") if entry.key.startswith(heavy.KILLER)
    )
    outcome.require(len(starts) == killers, f"only {len(starts)} of {killers} killers were ever started")
    outcome.require(max(starts.values()) < MAX_ATTEMPTS, f"started too often: {starts}")
    letters = len(story.observer.seen[f"{heavy.GROUP}.dead-letter"])
    outcome.require(letters == killers, f"{letters} dead letters for {killers} killers")
    outcome.require(len(worker.deaths) < MAX_ATTEMPTS * killers, f"more deaths than starts: {worker.deaths}")
    return outcome


async def start_worker(story: HeavyStory, **settings: object) -> Worker:
    """Declare the story's topics, and start one worker, ready."""
    await story.declare()
    worker = story.environment.worker(
        "heavy", instance=0, **{f"chaos_{name}": value for name, value in settings.items()}
    )
    worker.start()
    await worker.ready()
    return worker
