"""What may happen to a worker: killed, stopped, frozen, started with another time of day."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Sequence

from chaos.chain_story import PARTS, ChainStory
from chaos.environment import Environment
from chaos.journal import entries
from chaos.outcome import Outcome
from chaos.processes import Worker
from framewell_kit.testing.waiting import PATIENCE

# In the long form three of them are longer than a consumer's session (10 s): partitions change hands, too.
LEASES_FROZEN = 3
HOUR, DAY = 3600, 86_400
SKEWS = (HOUR, -HOUR, DAY, -DAY, 300, -30)


async def kills(environment: Environment) -> Outcome:
    """Two static members take turns to die, each in the middle of its share of the events."""
    scale = environment.scale
    outcome = Outcome("kills", "worker killed (kill -9)")
    story = ChainStory(environment, scale.events)
    workers = await _pair(story)
    past: set[str] = set()
    burst = scale.events // (scale.kills + 1)
    async with story.observer:
        for kill in range(scale.kills):
            writing = asyncio.create_task(story.write(burst))
            await story.more_answers(random.randrange(1, burst // 2))
            victim, killed_ns = workers[kill % 2], time.monotonic_ns()
            victim.kill()
            victim.start()
            outcome.times += 1
            past.update(await story.uncommitted_work())
            await writing
            await _recovered(story, victim, killed_ns, outcome)
        await story.finish(outcome, past)
    return outcome


async def sigterm(environment: Environment) -> Outcome:
    """Workers are stopped (SIGTERM) under load; here the seconds are those until they have ended."""
    scale = environment.scale
    outcome = Outcome("sigterm", "worker told to stop (SIGTERM)")
    story = ChainStory(environment, scale.events // 2)
    workers = await _pair(story)
    past: set[str] = set()
    burst = story.events // (scale.terminations + 1)
    async with story.observer:
        for time_of in range(scale.terminations):
            writing = asyncio.create_task(story.write(burst))
            await story.more_answers(random.randrange(1, burst // 2))
            victim, began = workers[time_of % 2], time.monotonic()
            victim.terminate()
            status = await victim.ended(within=PATIENCE)
            outcome.recovered.append(time.monotonic() - began)
            outcome.require(status == 0, f"a worker ended with {status}")
            victim.kill()
            victim.start()
            outcome.times += 1
            past.update(await story.uncommitted_work())
            await writing
            await environment.working(victim, unless=story.all_answered)
        await story.finish(outcome, past)
    return outcome


async def zombies(environment: Environment) -> Outcome:
    """SIGSTOP until leases and partitions have gone to others, then SIGCONT: what was frozen is refused.

    One of the two workers is blind: its leases do not look at their own clock, so that what refuses its
    writes is the epoch in the database alone.
    """
    frozen = environment.scale.frozen_seconds
    outcome = Outcome("zombies", "worker frozen for three leases (SIGSTOP)")
    story = ChainStory(environment, min(environment.scale.events // 4, 2000))
    workers = await _pair(story, static=False, step_ms=250, lease_seconds=frozen / (LEASES_FROZEN + 0.5))
    burst = story.events // (environment.scale.freezes + 1)
    async with story.observer:
        for freeze in range(environment.scale.freezes):
            writing = asyncio.create_task(story.write(burst))
            victim = workers[freeze % 2]
            await _at_a_job(environment, victim)
            victim.signal(signal.SIGSTOP)
            began = time.monotonic()
            outcome.times += 1
            await writing
            await asyncio.sleep(max(frozen - (time.monotonic() - began), 0))
            victim.signal(signal.SIGCONT)
            await asyncio.sleep(2)
        await story.finish(outcome, set())
    refused = sum(1 for _ in entries(environment.journal, "refused"))
    outcome.require(refused, "no write of a frozen worker was ever refused: the row has tried nothing")
    return outcome


async def clocks(environment: Environment) -> Outcome:
    """Workers whose times of day differ by up to days, and jump whenever one is restarted."""
    outcome = Outcome("clocks", "clock jump (30 s to a day, both ways)")
    story = ChainStory(environment, environment.scale.events // 10)
    workers = await _pair(story, not_yet_every=50, lease_seconds=3, step_ms=100)
    burst = story.events // (environment.scale.skews + 1)
    async with story.observer:
        for number, skew in enumerate(SKEWS[: environment.scale.skews]):
            writing = asyncio.create_task(story.write(burst))
            await story.more_answers(burst // 4)
            victim, killed_ns = workers[number % 2], time.monotonic_ns()
            victim.kill()
            victim.start(FRAMEWELL_CLOCK_SKEW_SECONDS=str(skew))
            outcome.times += 1
            await writing
            await _recovered(story, victim, killed_ns, outcome)
        await story.finish(outcome, set())
    return outcome


async def _pair(story: ChainStory, *, static: bool = True, **settings: object) -> Sequence[Worker]:
    """Two replicas of the chain, ready. Of dynamic ones the first is blind."""
    await story.declare()
    options = {f"chaos_{name}": value for name, value in settings.items()}
    workers = [
        story.environment.worker(
            "chain", instance=number if static else None,
            chaos_parts=PARTS, chaos_blind=not static and number == 0, **options,
        )
        for number in range(2)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    await asyncio.gather(*(worker.ready() for worker in workers))
    return workers


async def _recovered(story: ChainStory, worker: Worker, killed_ns: int, outcome: Outcome) -> None:
    """Note how long a killed worker is away; for ever is a problem, and no reason to stop."""
    try:
        back = await story.environment.working(worker, unless=story.all_answered)
    except TimeoutError as error:
        outcome.problems.append(str(error))
        return
    if back is None:
        return
    loaded_ns, working_ns = back
    outcome.recovered.append((working_ns - killed_ns) / 1e9)
    outcome.loading.append((loaded_ns - killed_ns) / 1e9)


async def _at_a_job(environment: Environment, worker: Worker, within: float = 60) -> None:
    """Return while the worker is in the middle of a job."""
    deadline, known = time.monotonic() + within, time.monotonic_ns()
    while not any(
        entry.pid == worker.pid and entry.at_ns > known and entry.number == 1
        for entry in entries(environment.journal, "step")
    ):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the worker had no job for {within:.0f} s")
        await asyncio.sleep(0.02)
