"""Many parts, one moment of completeness, whoever sees it and however often."""

import asyncio
import random
from typing import Any

import pytest

from framewell_contracts.identity import fan_in_id
from framewell_kit.documents import Documents
from framewell_kit.documents.protocol import Document
from framewell_kit.fanin import FanIn, escaped, unescaped

EXPECTED = "expected"


def is_complete(document: Document) -> bool:
    parts = document["parts"]
    return EXPECTED in parts and len(parts) - 1 == parts[EXPECTED]


def completion(document: Document, generation: int = 0) -> tuple[str, str]:
    """The event of a whole asset: its id, and content computed from the document alone."""
    parts = sorted((name, value) for name, value in document["parts"].items() if name != EXPECTED)
    return fan_in_id(document["key"], "framewell.asset.transcoded.v1", generation), repr(parts)


async def arrive_all(fan_ins: list[FanIn], arrivals: list[tuple[str, Any]], generation: int = 0) -> list[Any]:
    """Let them arrive at once at several processes; what those that saw it whole would publish."""
    seen = await asyncio.gather(
        *[
            fan_ins[number % len(fan_ins)].arrive("a", part, value, generation)
            for number, (part, value) in enumerate(arrivals)
        ]
    )
    return [completion(document, generation) for document in seen if is_complete(document)]


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_and_duplicates_complete_with_one_event(documents: Documents, seed: int) -> None:
    arrivals: list[tuple[str, Any]] = [(f"chunk/{n}", f"v{n}") for n in range(10)] + [(EXPECTED, 10)]
    chance = random.Random(seed)
    arrivals += chance.sample(arrivals, 5)
    chance.shuffle(arrivals)
    fan_ins = [FanIn(documents, "assets") for _ in range(4)]
    published = await arrive_all(fan_ins, arrivals)
    assert published, "somebody sees it whole"
    assert len(set(published)) == 1, "whoever publishes says the same under the same id"


async def test_either_side_may_come_first(documents: Documents) -> None:
    for first, last in (("x", EXPECTED), (EXPECTED, "x")):
        fan_in = FanIn(documents, f"first_{first}")
        assert not is_complete(await fan_in.arrive("a", first, 1))
        assert is_complete(await fan_in.arrive("a", last, 1))


async def test_a_redelivery_after_completion_publishes_the_same_again(documents: Documents) -> None:
    """The process that saw it whole may have died before it published."""
    fan_in = FanIn(documents, "assets")
    await fan_in.arrive("a", EXPECTED, 2)
    await fan_in.arrive("a", "x", "ok")
    first = completion(await fan_in.arrive("a", "y", "ok"))
    for part in ("x", "y"):
        again = await fan_in.arrive("a", part, "ok")
        assert is_complete(again)
        assert completion(again) == first


async def test_a_late_part_raises_the_generation_and_leaves_the_old_one_as_it_was(
    documents: Documents,
) -> None:
    fan_ins = [FanIn(documents, "assets")]
    whole = await arrive_all(fan_ins, [("x", 1), (EXPECTED, 1)])
    more = await arrive_all(fan_ins, [("x", 1), ("late", 2), (EXPECTED, 2)], generation=1)
    assert whole
    assert more
    assert whole[0][0] != more[0][0]
    kept = await fan_ins[0].get("a", 0)
    assert kept is not None
    assert completion(kept) == whole[0]


async def test_generations_are_apart_and_forgotten_together(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets")
    await fan_in.arrive("a", "x", 1, generation=0)
    after = await fan_in.arrive("a", "y", 1, generation=1, other=2)
    assert after["parts"] == {"y": 1}
    assert after["other"] == 2
    assert await fan_in.get("b") is None
    assert await fan_in.forget("a") == 2
    assert await fan_in.get("a", 1) is None


async def test_names_that_are_no_field_names(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets")
    names = ["faces/yunet@1.0", "$x", "100%", "a.b.c", "%2E", "0"]
    for name in names:
        after = await fan_in.arrive("a", name, 1)
    assert sorted(after["parts"]) == sorted(names)
    assert [unescaped(escaped(name)) for name in names] == names


async def test_a_day_of_chunks_completes(documents: Documents) -> None:
    """8,640 parts of ten seconds: the document stays far below what a document may hold."""
    fan_in = FanIn(documents, "assets")
    parts = {f"{n}": True for n in range(8639)}
    await documents.insert_once("assets", {"_id": "a@0", "key": "a", "generation": 0, "parts": parts})
    await fan_in.arrive("a", EXPECTED, 8640)
    assert is_complete(await fan_in.arrive("a", "last", True))
