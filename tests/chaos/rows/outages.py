"""What may happen to what everybody stands on: the broker and the database die, and come back."""

from __future__ import annotations

import asyncio
import random
import time

from chaos.chain_story import PARTS, ChainStory
from chaos.environment import Environment
from chaos.outcome import Outcome
from chaos.servers import Kept


async def broker(environment: Environment) -> Outcome:
    """The broker is killed in the middle of the work and started again at once."""
    scale = environment.scale
    outcome = Outcome("broker", "broker killed (kill -9)")
    await _killed_under_load(
        environment, outcome, environment.servers.broker, scale.broker_kills, scale.events // 2
    )
    return outcome


async def database(environment: Environment) -> Outcome:
    """The database is killed in the middle of the work and started again at once."""
    scale = environment.scale
    outcome = Outcome("database", "database killed (kill -9)")
    await _killed_under_load(
        environment, outcome, environment.servers.database, scale.database_kills, scale.events // 4
    )
    return outcome


async def away(environment: Environment) -> Outcome:
    """The broker is away for a while, and requests go on to arrive; nobody lifts a hand."""
    scale = environment.scale
    outcome = Outcome("away", f"broker away for {scale.away_seconds:.0f} s", times=1)
    story = ChainStory(environment, scale.events // 4)
    await two_workers(story)
    async with story.observer:
        await story.write(story.events // 4)
        writing = asyncio.create_task(story.write())
        await story.more_answers(1)
        environment.servers.broker.kill()
        await asyncio.sleep(scale.away_seconds)
        await environment.servers.broker.restart()
        outcome.recovered.append(await story.recovery())
        await writing
        await story.finish(outcome, set(await story.uncommitted_work()))
    return outcome


async def _killed_under_load(
    environment: Environment, outcome: Outcome, server: Kept, times: int, events: int
) -> None:
    story = ChainStory(environment, events)
    await two_workers(story)
    past: set[str] = set()
    burst = events // (times + 1)
    async with story.observer:
        for _ in range(times):
            writing = asyncio.create_task(story.write(burst))
            await story.more_answers(random.randrange(1, burst // 3))
            began = time.monotonic()
            server.kill()
            await server.restart()
            await story.recovery()
            outcome.recovered.append(time.monotonic() - began)
            outcome.times += 1
            await writing
            past.update(await story.uncommitted_work())
        await story.finish(outcome, past)


async def two_workers(story: ChainStory) -> None:
    """Declare the story's topics, and start two static members, ready."""
    await story.declare()
    workers = [story.environment.worker("chain", instance=number, chaos_parts=PARTS) for number in range(2)]
    for worker in workers:
        worker.start()
    await asyncio.gather(*(worker.ready() for worker in workers))
