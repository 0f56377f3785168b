"""Many parts, one moment of completeness: whoever sees it, in whatever order, however often."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framewell_contracts.identity import fan_in_id
from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.fanin import FanIn, Whole
from framewell_kit.outcomes import Busy, NotYet
from framewell_kit.testing.measured_documents import measured

SOUND = "sound"
SIZE = 4
"""Parts a bucket in most tests here, so that few parts make many buckets."""

Delivery = tuple[str, int, int | None]
"""What arrives: `part`, `sound` or `expect`, of which generation, and the part's number."""

COUNTS = st.sampled_from([0, 1, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE, 3 * SIZE + 2])


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[int, list[Delivery]]:
    """A count, and all its deliveries for one to three generations in any order, some of them twice."""
    count, generations = draw(COUNTS), draw(st.integers(1, 3))
    once: list[Delivery] = [
        one
        for generation in range(generations)
        for one in [
            ("expect", generation, None),
            ("sound", generation, None),
            *(("part", generation, number) for number in range(count)),
        ]
    ]
    again = draw(st.lists(st.sampled_from(once), max_size=8))
    return count, draw(st.permutations(once + again))


async def deliver(fan_in: FanIn, delivery: Delivery, count: int) -> tuple[Whole, list[Any]] | None:
    """What a process does with a record: note the part; where it is whole, read what it would publish."""
    kind, generation, number = delivery
    if kind == "expect":
        whole = await fan_in.expect("a", count, "plan", names=[SOUND], generation=generation)
    elif kind == "sound":
        whole = await fan_in.arrive("a", SOUND, "heard", generation)
    else:
        whole = await fan_in.arrive("a", cast(int, number), f"{generation}/{number}", generation)
    return None if whole is None else (whole, [part async for part in fan_in.parts(whole)])


class _Step:
    """Gives the turn back to whoever drives the coroutine."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class StepwiseDocuments:
    """A document store of which every call takes two steps: it happens between them."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            await _Step()
            answer = await method(*args, **kwargs)
            await _Step()
            return answer

        return call


@dataclass
class Replica:
    """A process that takes delivery after delivery; what it saw complete."""

    fan_in: FanIn
    count: int
    waiting: Iterator[Delivery]
    seen: list[tuple[Whole, list[Any]]] = field(default_factory=list)
    given_back: list[Delivery] = field(default_factory=list)
    at: Delivery | None = None
    running: Coroutine[Any, Any, tuple[Whole, list[Any]] | None] | None = None

    def step(self) -> bool:
        """Go on to the next await; False when nothing is left to do."""
        if self.running is None:
            self.at = next(self.waiting, None)
            if self.at is None:
                return False
            self.running = deliver(self.fan_in, self.at, self.count)
        try:
            self.running.send(None)
        except StopIteration as end:
            self.running = None
            if end.value is not None:
                self.seen.append(end.value)
        return True

    def die(self) -> None:
        """End in the middle: the record in hand is delivered again, later."""
        if self.running is not None and self.at is not None:
            self.running.close()
            self.running = None
            self.given_back.append(self.at)


def published(seen: Sequence[tuple[Whole, list[Any]]]) -> set[tuple[str, str]]:
    """The ids and contents of what would be published."""
    return {
        (fan_in_id(whole.key, "framewell.asset.analysed.v1", whole.generation), f"{whole} {parts}")
        for whole, parts in seen
    }


def check(count: int, asked: Sequence[Delivery], seen: Sequence[tuple[Whole, list[Any]]]) -> None:
    """Every generation was seen complete, with all its parts in order, always the same."""
    generations = {generation for _, generation, _ in asked}
    assert {whole.generation for whole, _ in seen} == generations
    assert len(published(seen)) == len(generations), "whoever publishes says the same under the same id"
    for whole, parts in seen:
        assert parts == [f"{whole.generation}/{number}" for number in range(count)]
        assert (whole.count, whole.expectation, dict(whole.named)) == (count, "plan", {SOUND: "heard"})


@settings(max_examples=400, deadline=None)
@given(asked=deliveries(), turns=st.lists(st.integers(0, 19), max_size=300))
def test_replicas_interleaved_at_every_await_complete_once_all_is_there(
    asked: tuple[int, list[Delivery]], turns: list[int]
) -> None:
    """Two replicas take turns at every await, and die now and then; a record comes again until handled."""
    count, order = asked
    documents = cast(Documents, StepwiseDocuments(MemoryDocuments()))
    queue = iter(order)
    replicas = [Replica(FanIn(documents, "assets", SIZE), count, queue) for _ in range(2)]
    for turn in turns:
        replica = replicas[turn % 2]
        if turn >= 18:
            replica.die()
        else:
            replica.step()
    for replica in replicas:
        while replica.step():
            pass
    again = Replica(replicas[0].fan_in, count, iter([one for r in replicas for one in r.given_back]))
    while again.step():
        pass
    check(count, order, [one for replica in [*replicas, again] for one in replica.seen])


@pytest.mark.parametrize("count", [1, SIZE, SIZE + 1])
def test_nobody_sees_it_complete_before_everything_has_arrived(count: int) -> None:
    order: list[Delivery] = [
        ("expect", 0, None),
        ("sound", 0, None),
        *(("part", 0, n) for n in range(count)),
    ]
    for missing in order:
        replica = Replica(
            FanIn(cast(Documents, StepwiseDocuments(MemoryDocuments())), "assets", SIZE),
            count,
            iter([one for one in order * 2 if one != missing]),
        )
        while replica.step():
            pass
        assert replica.seen == []


@pytest.mark.integration
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=deliveries(), seed=st.integers(0, 2**32))
def test_on_the_real_database_concurrent_replicas_complete(
    database: str, asked: tuple[int, list[Delivery]], seed: int
) -> None:
    count, order = asked

    async def race() -> list[tuple[Whole, list[Any]]]:
        stores = [MongoDocuments(database, f"test_{name}") for name in [uuid4().hex[:12]] * 2]
        replicas = [FanIn(store, "assets", SIZE) for store in stores]
        chance = random.Random(seed)

        async def soon(delivery: Delivery) -> tuple[Whole, list[Any]] | None:
            await asyncio.sleep(chance.uniform(0, 0.01))
            while True:
                try:
                    return await deliver(chance.choice(replicas), delivery, count)
                except Busy:  # the record is delivered again, as in a stage
                    await asyncio.sleep(0.1)

        try:
            found = await asyncio.gather(*[soon(delivery) for delivery in order])
            return [one for one in found if one is not None]
        finally:
            for store in stores:
                store.close()

    check(count, order, asyncio.run(race()))


async def test_a_redelivery_after_completion_publishes_the_same_again(documents: Documents) -> None:
    """The process that saw it whole may have died before it published."""
    fan_in = FanIn(documents, "assets", SIZE)
    order: list[Delivery] = [("expect", 0, None), ("sound", 0, None), *(("part", 0, n) for n in range(6))]
    first = [await deliver(fan_in, one, 6) for one in order][-1]
    assert first is not None
    for one in order:
        assert await deliver(fan_in, one, 6) == first


async def test_a_part_beyond_the_expected_number_changes_nothing(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets", SIZE)
    for number in (2, 7, 0):
        assert await fan_in.arrive("a", number, number) is None
    assert await fan_in.expect("a", 2) is None
    whole = await fan_in.arrive("a", 1, 1)
    assert whole is not None
    assert [part async for part in fan_in.parts(whole)] == [0, 1]


async def test_generations_are_apart_and_forgotten_together(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets", SIZE)
    await fan_in.prepare()
    assert await fan_in.expect("a", 1, generation=0) is None
    assert await fan_in.arrive("a", 0, "new", generation=1) is None
    assert await fan_in.arrive("b", 0, "other", generation=0) is None
    whole = await fan_in.arrive("a", 0, "old", generation=0)
    assert whole is not None
    assert [part async for part in fan_in.parts(whole)] == ["old"]
    assert await fan_in.forget("a") == 3
    assert await documents.count("assets", {}) == 1
    with pytest.raises(NotYet):
        _ = [part async for part in fan_in.parts(whole)]


@pytest.mark.parametrize("part", ["a.b", "$x", "", "7", -1])
async def test_a_part_that_has_no_proper_name_or_number_is_refused(part: int | str) -> None:
    with pytest.raises(ValueError, match="part"):
        await FanIn(MemoryDocuments(), "assets").arrive("a", part, 1)


@pytest.mark.parametrize("expected_first", [True, False])
async def test_a_part_costs_the_same_at_the_first_and_at_the_thousandth(expected_first: bool) -> None:
    """A day of chunks of ten seconds: work a bucket is the same, however many buckets there are."""
    count, value = 8640, b"x" * 500
    documents, store = measured(MemoryDocuments())
    fan_in = FanIn(documents, "assets")
    if expected_first:
        await fan_in.expect("a", count)
    costs: list[list[int]] = []
    for number in range(count):
        store.take()
        await fan_in.arrive("a", number, value)
        costs.append(store.take())
    root = costs[-1][-1]
    if not expected_first:
        assert await fan_in.expect("a", count) is not None
    buckets = [costs[first : first + 64] for first in range(0, count, 64)]
    for bucket in buckets:
        assert [len(touched) for touched in bucket] == [1] * 63 + [2], "one change a part, one a full bucket"
        for cost, at_first in zip(bucket, buckets[0], strict=True):
            assert cost[0] <= at_first[0] + 64 * len(str(count)), "no document grows but by longer numbers"
    assert root < 2500, "the root holds a flag for each bucket"


@pytest.mark.parametrize("numbers", [range(3 * SIZE), range(3 * SIZE - 1, -1, -1), range(SIZE + 1, -1, -1)])
async def test_what_has_arrived_so_far_is_read_in_any_order_each_bucket_once(numbers: range) -> None:
    documents, store = measured(MemoryDocuments())
    fan_in = FanIn(documents, "assets", bucket_size=SIZE)
    arrived = {0: "a", SIZE - 1: "b", SIZE: "c", 2 * SIZE + 1: "d"}
    for number, value in arrived.items():
        await fan_in.arrive("a", number, value)
    await fan_in.arrive("a", 1, "of another generation", generation=1)
    store.take()
    found = [part async for part in fan_in.arrived("a", numbers)]
    assert found == [(number, arrived[number]) for number in numbers if number in arrived]
    assert len(store.take()) == len({number // SIZE for number in numbers})
