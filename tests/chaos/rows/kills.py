"""kill -9 of workers in the middle of their work, again and again."""

from __future__ import annotations

import asyncio
import random

from chaos.chain_story import PARTS, ChainStory
from chaos.ground import Ground
from chaos.outcome import Outcome


async def kills(ground: Ground) -> Outcome:
    """Two static members take turns to die, each in the middle of its share of the events."""
    scale = ground.scale
    outcome = Outcome("kills", "worker killed (kill -9)")
    story = ChainStory(ground, scale.events)
    await story.declare()
    workers = [ground.worker("chain", instance=number, chaos_parts=PARTS) for number in range(2)]
    past: set[str] = set()
    burst = scale.events // (scale.kills + 1)
    async with story.witness:
        for worker in workers:
            worker.start()
        await asyncio.gather(*(worker.ready() for worker in workers))
        for kill in range(scale.kills):
            writing = asyncio.create_task(story.write(burst))
            answered = story.answered() + random.randrange(burst // 2)
            await story.witness.until(lambda most=answered: story.answered() > most, 60, "the next answer")
            victim = workers[kill % 2]
            victim.kill()
            victim.start()
            outcome.times += 1
            past.update(await story.uncommitted_work())
            await writing
            outcome.recovered.append(await ground.working(victim))
        await story.write()
        await story.settled(120)
        past.update(await story.uncommitted_work())
        await story.check(outcome)
    outcome.require(not past, f"{len(past)} unfinished records were committed past, {sorted(past)[:3]}")
    return outcome
