"""REST and events over HTTP/2: the same application, many requests on one connection, each at its pace."""

import asyncio
import json
import shutil
from typing import Any

import httpx
import pytest
from h2 import events
from h2.connection import ConnectionState
from h2.errors import ErrorCodes

from framewell_gateway.entrypoints.http2.connection import Http2Connection
from framewell_kit.testing.waiting import patient


def client(door: Any, **also: Any) -> httpx.AsyncClient:
    """Return a client of HTTP/2 alone, by prior knowledge."""
    return httpx.AsyncClient(
        http1=False, http2=True, base_url=f"http://{door.address}", trust_env=False, timeout=60, **also
    )


async def test_a_request_is_the_same_as_over_http_1(door: Any) -> None:
    async with client(door) as asking:
        cookies = [("cookie", "a=1"), ("cookie", "b=2")]
        answer = await asking.get("/hello?q=%C3%BC&r=", headers=cookies)
    async with httpx.AsyncClient(base_url=f"http://{door.address}", trust_env=False) as asking:
        before = await asking.get("/hello?q=%C3%BC&r=", headers={"cookie": "a=1; b=2"})
    assert (answer.http_version, before.http_version) == ("HTTP/2", "HTTP/1.1")
    assert answer.json() == before.json() | {"version": "2"}
    assert answer.json()["cookies"] == {"a": "1", "b": "2"}
    assert answer.headers["date"]
    assert "connection" not in answer.headers


async def test_bodies_of_any_length_go_both_ways(door: Any) -> None:
    async def body() -> Any:
        for _ in range(200):
            yield b"x" * 100_000

    async with client(door) as asking:
        assert (await asking.post("/size", content=body())).json() == 20_000_000
        assert (await asking.post("/size", content=b"")).json() == 0
        assert len((await asking.get("/large?bytes=20000000")).content) == 20_000_000
        head = await asking.head("/large?bytes=1000")
    assert (head.content, head.headers["content-length"]) == (b"", "1000")


async def test_errors_end_their_stream_alone(door: Any) -> None:
    async with client(door) as asking:
        failed, missing, well = await asyncio.gather(
            asking.get("/fail"), asking.get("/nowhere"), asking.get("/hello")
        )
    assert (failed.status_code, missing.status_code, well.status_code) == (500, 404, 200)


async def test_a_body_that_nobody_reads_ends_with_its_stream_and_others_go_on(door: Any, raw: Any) -> None:
    client = await raw(door)
    number = client.request("POST", "/ignore", end=False)
    client.h2.send_data(number, b"x" * 10_000)
    client.flush()
    await client.until(lambda: client.of(events.StreamReset, number))
    assert client.status(number) == 403
    assert client.of(events.StreamReset, number)[0].error_code == ErrorCodes.NO_ERROR
    for _ in range(30):  # the windows of the connection are given back, or this would use them up
        ignored = client.request("POST", "/ignore", end=False)
        while not client.of(events.StreamReset, ignored):
            if room := min(client.h2.local_flow_control_window(ignored), 16_384):
                client.h2.send_data(ignored, b"x" * room)
                client.flush()
            await asyncio.sleep(0)
    after = client.request("GET", "/hello")
    await client.until(lambda: client.of(events.StreamEnded, after))
    assert client.status(after) == 200


async def test_three_hundred_streams_of_one_connection_are_all_answered(door: Any) -> None:
    limits = httpx.Limits(max_connections=1)
    async with client(door, limits=limits) as asking:
        answers = await asyncio.gather(*(asking.get("/large?bytes=10000") for _ in range(300)))
    assert {(one.status_code, len(one.content)) for one in answers} == {(200, 10_000)}


async def test_a_stream_that_is_not_read_holds_up_neither_memory_nor_others(door: Any, raw: Any) -> None:
    client = await raw(door)
    client.h2.increment_flow_control_window(1 << 20)
    unread = client.request("GET", "/events")
    await client.until(lambda: client.of(events.DataReceived, unread))
    before = -1
    while len(door.produced) != before:
        before = len(door.produced)
        await asyncio.sleep(0.3)
    assert before < 2_000  # of a million events with a kilobyte each
    other = client.request("GET", "/large?bytes=60000")
    await client.until(lambda: client.of(events.StreamEnded, other))
    client.h2.increment_flow_control_window(1 << 20, unread)
    client.flush()
    await client.until(lambda: len(door.produced) > before + 500)


async def test_a_receiver_that_never_makes_room_is_given_up(
    door: Any, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Http2Connection, "write_stall_seconds", 0.3)
    client = await raw(door)
    number = client.request("GET", "/events")
    await client.until(lambda: client.of(events.StreamReset, number))
    assert client.of(events.StreamReset, number)[0].error_code == ErrorCodes.CANCEL


async def test_whoever_goes_ends_their_stream(door: Any) -> None:
    async with client(door) as asking:
        async with asking.stream("GET", "/events") as stream:
            await anext(stream.aiter_raw())
        before = -1
        while len(door.produced) != before:
            before = len(door.produced)
            await asyncio.sleep(0.2)
        assert (await asking.get("/hello")).status_code == 200


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("how", ["--http1.1", "--http2-prior-knowledge", "--http2"])
async def test_curl_is_answered_in_what_it_asks_for(door: Any, how: str) -> None:
    """`--http2` in plain text asks to switch; nobody has to, and HTTP/1.1 goes on."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--noproxy", "*", how, "--data-binary", "@-", f"http://{door.address}/size"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(b"x" * 3_000_000)
    assert json.loads(out) == 3_000_000


async def test_a_port_that_stops_finishes_what_is_under_way(door: Any, raw: Any) -> None:
    client = await raw(door)
    number = client.request("GET", "/large?bytes=300000")
    await client.until(lambda: sum(len(one.data) for one in client.of(events.DataReceived)) > 60_000)
    stopping = asyncio.create_task(door.server.stop(5))
    await client.until(lambda: client.goodbyes)
    client.h2.state_machine.state = (
        ConnectionState.CLIENT_OPEN
    )  # a client goes on after a goodbye, h2 does not
    client.h2.increment_flow_control_window(1 << 20)
    client.h2.increment_flow_control_window(1 << 20, number)
    client.flush()
    await client.until(lambda: client.of(events.StreamEnded, number))
    assert sum(len(one.data) for one in client.of(events.DataReceived)) == 300_000
    async with patient():
        await stopping
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", door.port)


async def test_whoever_says_goodbye_in_the_middle_is_believed(
    door: Any, raw: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = await raw(door)
    client.request("GET", "/events")
    await client.until(lambda: client.of(events.DataReceived))
    client.h2.close_connection()
    client.flush()
    await client.until(lambda: client.closed)
    before = -1
    while len(door.produced) != before:
        before = len(door.produced)
        await asyncio.sleep(0.2)
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
