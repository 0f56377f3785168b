"""One look at the mesh for all who ask: never two at once, nobody waits long, no old news as new."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from framewell.gateway.v1.mesh_view_pb2 import DeadLetterCount
from framewell_contracts.services import SERVICES
from framewell_gateway.steps.share_looks import MOST_QUESTIONS, ShareLooks
from framewell_kit.clock import SystemClock
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.waiting import PATIENCE, eventually, remains


class Mesh:
    """Something that is looked at: counts looks, and can hold them back."""

    def __init__(self) -> None:
        self.looks = self.at_once = self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()
        self.fails = False

    async def look(self) -> int:
        self.looks += 1
        number = self.looks
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            await self.open.wait()
            if self.fails:
                raise RuntimeError("away")
        finally:
            self.at_once -= 1
        return number


def looks(**more: Any) -> ShareLooks:
    return ShareLooks(SystemClock(), **more)


async def test_a_hundred_who_ask_at_once_share_one_look() -> None:
    mesh, shared = Mesh(), looks()
    seen = await asyncio.gather(*(shared.see("q", mesh.look) for _ in range(100)))
    assert {one.what for one in seen} <= {1, 2}
    assert all(one.is_new for one in seen)
    assert (mesh.most_at_once, mesh.looks <= 2) == (1, True)


async def test_who_asks_after_a_change_sees_it() -> None:
    mesh, shared = Mesh(), looks()
    for number in range(1, 6):
        seen = await shared.see("q", mesh.look)
        assert (seen.what, seen.is_new) == (number, True)


async def test_a_look_that_began_before_is_not_told_as_new() -> None:
    mesh, shared = Mesh(), looks(patience_seconds=30)
    mesh.open.clear()
    first = asyncio.create_task(shared.see("q", mesh.look))
    await eventually(lambda: mesh.looks == 1)
    second = asyncio.create_task(shared.see("q", mesh.look))
    await asyncio.sleep(0)
    mesh.open.set()
    assert (await first).what == 1
    assert (await second).what == 2


async def test_what_was_seen_before_is_there_while_a_look_takes_its_time() -> None:
    mesh, shared = Mesh(), looks(patience_seconds=0.05)
    await shared.see("q", mesh.look)
    mesh.open.clear()
    seen = await asyncio.gather(*(shared.see("q", mesh.look) for _ in range(50)))
    assert {(one.what, one.is_new) for one in seen} == {(1, False)}
    assert (mesh.looks, mesh.at_once) == (2, 1)
    mesh.open.set()
    await eventually(lambda: mesh.at_once == 0)
    assert (await shared.see("q", mesh.look)).what >= 2


async def test_what_was_seen_before_a_quiet_time_is_not_told_while_a_new_look_may_be_waited_for() -> None:
    mesh, clock = Mesh(), HeldClock()
    shared = ShareLooks(clock, patience_seconds=0.0, most_patience_seconds=PATIENCE)
    await shared.see("q", mesh.look)
    clock.advance(600)
    mesh.open.clear()
    asking = asyncio.create_task(shared.see("q", mesh.look))
    await eventually(lambda: mesh.looks == 2)
    await remains(lambda: not asking.done())
    mesh.open.set()
    seen = await asking
    assert (seen.what, seen.is_new) == (2, True)


async def test_a_mesh_that_does_not_answer_after_a_quiet_time_is_waited_for_so_long_and_no_longer() -> None:
    mesh, clock = Mesh(), HeldClock()
    shared = ShareLooks(clock, most_patience_seconds=0.05)
    await shared.see("q", mesh.look)
    clock.advance(600)
    mesh.open.clear()
    seen = await shared.see("q", mesh.look)
    assert (seen.what, seen.is_new) == (1, False)
    mesh.open.set()
    await eventually(lambda: mesh.at_once == 0)


async def test_a_look_rests_for_as_long_as_it_took() -> None:
    began: list[float] = []

    async def slow() -> None:
        began.append(time.monotonic())
        await asyncio.sleep(0.2)

    shared = looks(patience_seconds=30)
    await shared.see("q", slow)
    await shared.see("q", slow)
    assert began[1] - began[0] >= 0.38


async def test_who_stops_waiting_stops_no_look() -> None:
    mesh, shared = Mesh(), looks()
    mesh.open.clear()
    impatient = asyncio.create_task(shared.see("q", mesh.look))
    await eventually(lambda: mesh.looks == 1)
    patient = asyncio.create_task(shared.see("q", mesh.look))
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    mesh.open.set()
    assert (await patient).is_new


async def test_a_look_that_fails_is_told_only_to_who_has_nothing_else() -> None:
    mesh, shared = Mesh(), looks(patience_seconds=0.05)
    mesh.fails = True
    with pytest.raises(RuntimeError):
        await shared.see("q", mesh.look)
    mesh.fails = False
    seen = (await shared.see("q", mesh.look)).what
    mesh.fails = True
    again = await shared.see("q", mesh.look)
    assert (again.what, again.is_new) == (seen, False)


async def test_questions_that_nobody_asks_are_forgotten() -> None:
    mesh, shared = Mesh(), looks()
    for number in range(3 * MOST_QUESTIONS):
        await shared.see(number, mesh.look)
    assert len(shared._questions) == MOST_QUESTIONS


async def test_counts_and_mesh_are_asked_once_for_all(
    mesh: Any, gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    describe = mesh.operations.describe

    async def counted(service: str, asset_id: str) -> Any:
        asked.append(service)
        await asyncio.sleep(0.02)
        return await describe(service, asset_id)

    monkeypatch.setattr(mesh.operations, "describe", counted)
    for path in ("/v1/mesh", "/v1/counts"):
        asked.clear()
        answers = await asyncio.gather(*(gateway.get(path) for _ in range(30)))
        assert {answer.status_code for answer in answers} == {200}
        assert all(answer.json()["as_of"] and not answer.json()["refreshing"] for answer in answers)
        assert len(asked) <= 3 * len(SERVICES)


async def test_a_slow_broker_keeps_nobody_waiting_who_was_answered_before(
    mesh: Any, gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh.dead_letters.waiting = [DeadLetterCount(group="transcode.stitch", count=2)]
    before = (await gateway.get("/v1/mesh")).json()
    released = asyncio.Event()

    async def slow() -> Any:
        await released.wait()
        return []

    monkeypatch.setattr(mesh.broker, "backlogs", slow)
    now = (await gateway.get("/v1/mesh")).json()
    assert now == {**before, "refreshing": True}
    released.set()
    await eventually(lambda: _fresh(gateway))


async def _fresh(gateway: httpx.AsyncClient) -> bool:
    return not (await gateway.get("/v1/mesh")).json()["refreshing"]
