"""Many parts, one moment of completeness; and deciding once."""

import asyncio

from framewell_contracts.cloudevents import Record
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents import Documents
from framewell_kit.fanin import FanIn


async def test_parts_arrive_in_any_order_and_again(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets")
    for part in ("a/0/0", "a/0/90000", "a/0/0"):
        after = await fan_in.arrive("a", part, {"outcome": part})
    assert after["parts"] == {"a/0/0": {"outcome": "a/0/0"}, "a/0/90000": {"outcome": "a/0/90000"}}
    assert await fan_in.get("a") == after
    assert await fan_in.get("b") is None


async def test_names_that_are_no_field_names(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets")
    names = ["faces/yunet@1.0", "$x", "100%", "a.b.c", "%2E"]
    for name in names:
        after = await fan_in.arrive("a", name, 1)
    assert sorted(after["parts"]) == sorted(names)


async def test_generations_are_apart_and_forgotten_together(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets")
    await fan_in.arrive("a", "x", 1, generation=0)
    after = await fan_in.arrive("a", "y", 1, generation=1, expected=2)
    assert after["parts"] == {"y": 1}
    assert after["expected"] == 2
    assert await fan_in.forget("a") == 2
    assert await fan_in.get("a", 1) is None


async def test_somebody_always_sees_it_complete(documents: Documents) -> None:
    fan_in = FanIn(documents, "assets")
    seen = await asyncio.gather(*[fan_in.arrive("a", f"p{n}", n) for n in range(12)])
    assert max(len(one["parts"]) for one in seen) == 12


async def test_the_first_decision_holds(documents: Documents) -> None:
    log = DecisionLog(documents)
    first = [Record("t", b"k", b"one", [("ce_id", b"1"), ("h", b"\xff")])]
    second = [Record("t", b"k", b"two", [("ce_id", b"2")])]
    assert await log.recall("g", "c") is None
    assert await log.keep("g", "c", first) == first
    assert await log.keep("g", "c", second) == first
    assert await log.recall("g", "c") == first
    assert await log.keep("other", "c", second) == second
