"""What may be in the records: junk, what a handler cannot do, the same again, in another order."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain as one_after_the_other

from chaos.chain_story import PARTS, ChainStory
from chaos.environment import Environment
from chaos.observer import everything
from chaos.outcome import Outcome
from chaos.processes import Worker
from chaos.workloads import chain
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.cloudevents import Envelope, Record, encode
from framewell_kit.stream.policy.breaker import MIN_FAILURES
from framewell_kit.testing.waiting import PATIENCE

POISONED_FRACTION = 0.01
DUPLICATED_FRACTION = 0.1
JUNK = 300
# One in so many is given up, and below the breaker's five per cent.
GIVEN_UP_EVERY = 40


async def poison(environment: Environment) -> Outcome:
    """One per cent of the records can never be handled: each ends as a dead letter, its neighbours go on."""
    story = ChainStory(environment, environment.scale.poisoned)
    count = int(story.events * POISONED_FRACTION)
    outcome = Outcome("poison", "record that can never be handled (1 %)", times=count)
    await _worker(story, retry_in_place="[0.01]", retry_rounds="[0.3]")
    async with story.observer:
        bad = iter(_poison(count))
        good = iter(story.requests())
        every = story.events // count
        await story.load.records(_mixed(good, bad, every))
        await story.settled()
        await story.until_letters(chain.ACCEPT, count)
        await story.check(outcome, dead_letters=count)
    return outcome


async def breaker(environment: Environment) -> Outcome:
    """Junk from outside stops nothing; a handler that fails on everything stops its stage, and it resumes."""
    story = ChainStory(environment, environment.scale.events // 10)
    outcome = Outcome("breaker", "handler that fails on everything", times=1)
    switch = environment.folder / "mended"
    switch.touch()
    worker = await _worker(story, retry_in_place="[]", retry_rounds="[]", fail_every=1, switch=switch)
    async with story.observer:
        junk = (Record(chain.REQUESTED, b"", b"junk from outside", []) for _ in range(JUNK))
        await story.load.records((f"junk-{number}", record) for number, record in enumerate(junk))
        await story.until_letters(chain.ACCEPT, JUNK)
        outcome.require(await _is_ready(worker), "junk from outside made the stage unready")
        switch.unlink()
        await story.write()
        shown = await _health_shows(worker, "breaker", within=PATIENCE)
        outcome.require(shown, "a handler that failed on everything did not stop its stage")
        switch.touch()
        await _framewell("dlq", "resume", chain.ACCEPT, "--address", worker.rpc_address)
        outcome.recovered.append(await story.recovery())
        await story.drained()
        given_up = len(story.observer.seen[f"{chain.ACCEPT}.dead-letter"]) - JUNK
        outcome.require(
            given_up <= MIN_FAILURES, f"{given_up} records were given up before the stage stopped"
        )
        await _replay(environment, "--code", "failed")
        await story.settled()
        await story.check(outcome, dead_letters=JUNK + given_up)
        outcome.require(await _is_ready(worker), "the stage is not ready again")
    return outcome


async def dead_letters(environment: Environment) -> Outcome:
    """Dead letters are replayed after the handler was mended, and replayed again: the same as once."""
    story = ChainStory(environment, environment.scale.poisoned)
    outcome = Outcome("dead-letters", "dead letters replayed twice", times=2)
    switch = environment.folder / "mended"
    await _worker(story, retry_in_place="[]", retry_rounds="[]", fail_every=GIVEN_UP_EVERY, switch=switch)
    async with story.observer:
        await story.write()
        await story.drained()
        count = len(story.observer.seen[f"{chain.ACCEPT}.dead-letter"])
        outcome.require(
            count + story.answered() == story.events, f"{count} dead letters, {story.answered()} done"
        )
        outcome.require(count, "nothing was given up: the row has tried nothing")
        switch.touch()
        outcome.require(await _replay(environment) == count, "not every letter was replayed")
        await story.settled()
        once = await story.state()
        outcome.require(await _replay(environment) == 0, "a letter that was replayed was sent again unasked")
        outcome.require(
            await _replay(environment, "--again") == count, "asked to, it did not replay all again"
        )
        await story.drained()
        outcome.require(await story.state() == once, "replaying twice is not the same as once")
        await story.check(outcome, dead_letters=count)
    return outcome


async def replay(environment: Environment) -> Outcome:
    """Every record of every topic again, a tenth of them twice, shuffled across keys: nothing changes."""
    story = ChainStory(environment, environment.scale.replayed)
    outcome = Outcome("replay", "all topics replayed, 10 % twice, shuffled across keys", times=1)
    await _worker(story)
    async with story.observer:
        await story.write()
        await story.settled()
        before = await story.state()
        records = await everything(environment.servers.bootstrap, environment.prefix, chain.FACTS)
        again = _shuffled(records)
        await story.load.records((f"again-{number}", record) for number, record in enumerate(again))
        await story.drained()
        outcome.require(await story.state() == before, "the state is another one than before")
        story.load.acknowledged = {name for name in story.load.acknowledged if not name.startswith("again")}
        await story.check(outcome)
        outcome.events_in += len(again)
    return outcome


async def _worker(story: ChainStory, **settings: object) -> Worker:
    await story.declare()
    options = {f"chaos_{name}": value for name, value in settings.items()}
    worker = story.environment.worker("chain", instance=0, chaos_parts=PARTS, **options)
    worker.start()
    await worker.ready()
    return worker


def _poison(count: int) -> Iterator[Record]:
    """Bytes that are no message, records that are no event, and requests no handler can understand."""
    for number in range(count):
        request = IngestRequested(asset_id=chain.asset_id(number), uri=f"{chain.PART}not a number")
        record = encode(Envelope(f"bad-{number}", "/chaos", chain.REQUESTED, datetime.now(UTC)), request)
        yield (
            record,
            record._replace(value=b"\xff\xff\xff"),
            record._replace(headers=[]),
        )[number % 3]


def _mixed(
    good: Iterator[tuple[str, IngestRequested]], bad: Iterator[Record], every: int
) -> Iterator[tuple[str, Record]]:
    """A bad record after every so many good ones, under the same keys."""
    now = datetime.now(UTC)
    for number, (name, request) in enumerate(good, 1):
        yield name, encode(Envelope(name, "/chaos", chain.REQUESTED, now), request)
        if number % every == 0 and (record := next(bad, None)) is not None:
            yield f"bad-{number}", record


def _shuffled(records: Sequence[Record]) -> list[Record]:
    """In their order per key, with duplicates right behind some, and the keys mixed at random."""
    queues: dict[tuple[str, bytes], list[Record]] = defaultdict(list)
    for record in records:
        copies = 2 if random.random() < DUPLICATED_FRACTION else 1
        queues[record.topic, record.key] += [record] * copies
    turns = list(one_after_the_other.from_iterable([queue] * len(queue) for queue in queues.values()))
    random.shuffle(turns)
    left = {id(queue): iter(queue) for queue in queues.values()}
    return [next(left[id(queue)]) for queue in turns]


async def _is_ready(worker: Worker) -> bool:
    health = await worker.health()
    return health is not None and health["status"] == 200


async def _health_shows(worker: Worker, word: str, within: float) -> bool:
    for _ in range(int(within / 0.2)):
        health = await worker.health()
        if health is not None and health["status"] != 200 and word in str(health):
            return True
        await asyncio.sleep(0.2)
    return False


async def _replay(environment: Environment, *options: str) -> int:
    """`framewell dlq replay`: return how many dead letters it sent."""
    printed = await _framewell(
        "dlq", "replay", chain.ACCEPT, "--kafka", environment.servers.bootstrap,
        "--prefix", environment.prefix, "--json", *options,
    )  # fmt: skip
    return int(json.loads(printed)["replayed"])


async def _framewell(*arguments: str) -> str:
    """Run the command; what it printed. Raises RuntimeError when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "framewell_cli.main", *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"framewell {' '.join(arguments)}: {(out + err).decode()[-500:]}")
    return out.decode()
