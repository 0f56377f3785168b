"""Whoever sends over HTTP/2 what nobody needs, or nothing at all, is cut off with a sentence, and alone."""

import asyncio
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from h2 import events
from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from framewell_gateway.entrypoints.http2 import places
from framewell_gateway.entrypoints.http2.connection import Http2Connection
from framewell_gateway.entrypoints.http2.frame_meter import Allowance, Flood, FrameMeter, FrameTooLarge
from framewell_gateway.entrypoints.http2.protocol import MOST_STREAMS
from framewell_kit.testing.waiting import eventually, patient

CALM = ErrorCodes.ENHANCE_YOUR_CALM
SHORT = 0.3


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Http2Connection, "head_seconds", SHORT)
    monkeypatch.setattr(Http2Connection, "quiet_seconds", 2 * SHORT)


async def still_serves(door: Any, raw: Any) -> None:
    other = await raw(door)
    number = other.request("GET", "/hello")
    await other.until(lambda: other.of(events.StreamEnded, number))
    assert other.status(number) == 200


async def test_connections_of_one_address_are_bounded_and_others_still_served(
    opened: Any, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_OF_PEER", 5)
    monkeypatch.setattr(places, "MOST", 8)
    async with opened(proxies=[ip_network("127.0.0.2/32")]) as door:
        open_now = [await raw(door) for _ in range(5)]
        for one in open_now:
            await one.until(lambda one=one: one.of(events.RemoteSettingsChanged))
        refused = await raw(door)
        await refused.until(lambda: refused.closed)
        assert refused.goodbye == (CALM, places.TOO_MANY)
        through_proxy = [await raw(door, local="127.0.0.2") for _ in range(3)]
        for one in through_proxy:
            await one.until(lambda one=one: one.of(events.RemoteSettingsChanged))
        full = await raw(door, local="127.0.0.2")  # a proxy has more than others, and not more than there are
        await full.until(lambda: full.closed)
        assert full.goodbye[0] == CALM
        open_now[0].writer.close()
        await eventually(lambda: served_again(door, raw))


async def served_again(door: Any, raw: Any) -> bool:
    other = await raw(door)
    number = other.request("GET", "/hello")
    await other.until(lambda: other.of(events.StreamEnded, number) or other.closed)
    return bool(other.of(events.StreamEnded, number))


def headers(*, authority: str, path: str = "/events") -> bytes:
    encoder = Encoder()
    encoder.header_table_size = 0
    block: bytes = encoder.encode(
        [(":method", "GET"), (":scheme", "http"), (":authority", authority), (":path", path)]
    )
    return block


def many_pings() -> Iterator[bytes]:
    return iter([PingFrame(0, opaque_data=b"12345678").serialize()] * 5000)


def many_settings() -> Iterator[bytes]:
    return iter([SettingsFrame(0, settings={4: 1 << 16}).serialize()] * 500)


def many_empty_frames() -> Iterator[bytes]:
    yield HeadersFrame(1, headers(authority="127.0.0.1"), flags=["END_HEADERS"]).serialize()
    yield from [DataFrame(1, b"").serialize()] * 5000


def many_priorities() -> Iterator[bytes]:
    return iter([PriorityFrame(3, depends_on=0, stream_weight=7).serialize()] * 5000)


def many_windows() -> Iterator[bytes]:
    return iter([WindowUpdateFrame(0, window_increment=1).serialize()] * 5000)


def many_unknown_frames() -> Iterator[bytes]:
    return iter([ExtensionFrame(0xEE, 0, flag_byte=0, body=b"").serialize()] * 5000)


def rapid_resets() -> Iterator[bytes]:
    for number in range(1, 6001, 2):
        yield HeadersFrame(
            number, headers(authority="127.0.0.1"), flags=["END_HEADERS", "END_STREAM"]
        ).serialize()
        yield RstStreamFrame(number, error_code=8).serialize()


@pytest.mark.parametrize(
    ("flood", "of_what"),
    [
        (many_pings, "frames that carry nothing"),
        (many_settings, "frames that carry nothing"),
        (many_empty_frames, "frames that carry nothing"),
        (many_priorities, "frames that carry nothing"),
        (many_windows, "frames that carry nothing"),
        (many_unknown_frames, "frames that carry nothing"),
        (rapid_resets, "taken back"),
    ],
)
async def test_a_flood_ends_its_connection(
    door: Any, raw: Any, flood: Callable[[], Iterator[bytes]], of_what: str
) -> None:
    client = await raw(door)
    await client.until(lambda: client.of(events.RemoteSettingsChanged))
    for piece in flood():
        client.write(piece)
    await client.until(lambda: client.closed)
    code, sentence = client.goodbye
    assert (code, of_what in sentence) == (CALM, True)
    await still_serves(door, raw)


async def test_requests_that_provoke_their_reset_end_their_connection(door: Any, raw: Any) -> None:
    """As in CVE-2025-8671: the other end resets each request itself, and has begun to answer it."""
    client = await raw(door)
    client.h2.remote_settings.update({SettingCodes.MAX_CONCURRENT_STREAMS: 10_000})
    client.h2.remote_settings.acknowledge()
    for _ in range(1500):
        if client.goodbyes:
            break
        number = client.request("GET", "/hello")
        client.write(WindowUpdateFrame(number, window_increment=(1 << 31) - 1).serialize())
        await asyncio.sleep(0)
    await client.until(lambda: client.goodbyes)
    code, sentence = client.goodbye
    assert (code, "break the protocol" in sentence) == (CALM, True)
    await still_serves(door, raw)


async def test_header_blocks_that_never_end_end_their_connection(door: Any, raw: Any) -> None:
    client = await raw(door)
    client.write(HeadersFrame(1, headers(authority="127.0.0.1")).serialize())
    for _ in range(100):
        client.write(ContinuationFrame(1, b"").serialize())
    await client.until(lambda: client.closed)
    assert client.goodbye[0] == CALM
    await still_serves(door, raw)


async def test_headers_that_are_too_large_are_refused_with_what_may_be(door: Any, raw: Any) -> None:
    client = await raw(door)
    block = headers(authority="127.0.0.1") + Encoder().encode([("x-large", "~" * 200_000)], huffman=False)
    pieces = [block[at : at + 16_000] for at in range(0, len(block), 16_000)]
    client.write(HeadersFrame(1, pieces[0]).serialize())
    for piece in pieces[1:]:
        client.write(ContinuationFrame(1, piece).serialize())
    await client.until(lambda: client.closed)
    assert client.goodbye == (CALM, "the headers of a request, or the metadata of a call, may take 64 KiB")


async def test_headers_that_grow_when_they_are_read_are_refused(door: Any, raw: Any) -> None:
    """One large entry of the table of headers, named again and again in a byte each."""
    client = await raw(door)
    encoder = Encoder()
    block = encoder.encode(
        [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/"), ("x", "v" * 3900)]
    )
    block += encoder.encode([("x", "v" * 3900)]) * 5000
    client.write(HeadersFrame(1, block, flags=["END_HEADERS", "END_STREAM"]).serialize())
    await client.until(lambda: client.closed)
    assert client.goodbye[0] == CALM
    await still_serves(door, raw)


async def test_what_is_no_http_2_ends_with_its_reason(door: Any, raw: Any) -> None:
    client = await raw(door)
    client.write(DataFrame(7, b"of no stream").serialize())
    await client.until(lambda: client.closed)
    assert client.goodbye[0] == ErrorCodes.PROTOCOL_ERROR


async def test_a_frame_that_is_too_large_ends_its_connection(door: Any, raw: Any) -> None:
    client = await raw(door)
    client.write((1 << 20).to_bytes(3) + b"\x00\x00\x00\x00\x00\x01" + b"x" * 1000)
    await client.until(lambda: client.closed)
    assert client.goodbye == (ErrorCodes.FRAME_SIZE_ERROR, "a frame may take 65536 bytes")


async def test_more_requests_at_once_than_are_taken_are_refused_one_by_one(door: Any, raw: Any) -> None:
    client = await raw(door)
    client.h2.remote_settings.update({SettingCodes.MAX_CONCURRENT_STREAMS: 10_000})
    client.h2.remote_settings.acknowledge()
    under_way = [client.request("GET", "/events") for _ in range(MOST_STREAMS)]
    await client.until(lambda: len(client.of(events.ResponseReceived)) == MOST_STREAMS)
    # One of them is reset, and another is begun before the first has had the time to end.
    client.h2.reset_stream(under_way[0], ErrorCodes.CANCEL)
    one_more = client.request("GET", "/hello")
    await client.until(
        lambda: client.of(events.StreamReset, one_more) or client.of(events.StreamEnded, one_more)
    )
    for reset in client.of(events.StreamReset, one_more):
        assert reset.error_code == ErrorCodes.REFUSED_STREAM
    await still_serves(door, raw)


@pytest.mark.usefixtures("impatient")
async def test_a_connection_that_never_gets_beyond_its_first_words_is_closed(door: Any) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM")
    async with patient():
        received = await reader.read(-1)
    assert b"did not arrive" in received
    writer.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("whole_frame", [True, False])
async def test_headers_that_trickle_end_their_connection(door: Any, raw: Any, whole_frame: bool) -> None:
    client = await raw(door)
    await client.until(lambda: client.of(events.RemoteSettingsChanged))
    under_way = client.request("GET", "/events")  # a request that is well does not help
    frame = HeadersFrame(3, headers(authority="127.0.0.1")).serialize()
    pieces = [frame] if whole_frame else [frame[:5]]
    for piece in pieces:
        client.write(piece)
    await client.until(lambda: client.closed)
    assert client.goodbye == (CALM, "the headers of a request do not arrive")
    assert client.status(under_way) == 200


@pytest.mark.usefixtures("impatient")
async def test_a_connection_without_requests_is_closed_in_time(
    door: Any, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Http2Connection, "idle_seconds", SHORT)
    client = await raw(door)
    number = client.request("GET", "/hello")
    await client.until(lambda: client.closed)
    assert client.status(number) == 200
    assert client.goodbye == (ErrorCodes.NO_ERROR, "")


@pytest.mark.usefixtures("impatient")
async def test_whoever_is_not_there_any_more_is_noticed(door: Any, raw: Any) -> None:
    client = await raw(door)
    client.request("GET", "/events")
    await client.until(lambda: client.of(events.DataReceived))
    client.flush = lambda: None  # it reads, and answers no ping any more
    await client.until(lambda: client.closed)


async def test_whoever_does_not_read_what_it_asks_for_is_cut_off(door: Any, raw: Any) -> None:
    client = await raw(door)
    await client.until(lambda: client.of(events.RemoteSettingsChanged))
    client._reading.cancel()
    client.h2.increment_flow_control_window(1 << 30)
    for _ in range(50):
        number = client.request("GET", "/large?bytes=50000000")
        client.h2.increment_flow_control_window(1 << 30, number)
    client.flush()
    await asyncio.sleep(0.5)
    (connection,) = door.server._server.server_state.connections
    assert connection._transport.get_write_buffer_size() < 2 << 20
    await still_serves(door, raw)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_comes_back_with_time_and_is_never_more_than_at_first() -> None:
    clock = Clock()
    allowance = Allowance(10, 2, clock)
    assert [allowance.spend(5) for _ in range(3)] == [True, True, False]
    clock.now = 2.5
    assert [allowance.spend(5) for _ in range(2)] == [True, False]
    allowance.earn(100)
    assert [allowance.spend(5) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("size", [1, 2, 5, 9, 10, 4096])
def test_frames_are_counted_however_they_are_cut(size: int) -> None:
    clock = Clock()
    meter = FrameMeter(clock)
    stream = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SettingsFrame(0).serialize()
    stream += HeadersFrame(1, b"x" * 100, flags=["END_HEADERS"]).serialize()
    stream += DataFrame(1, b"PRI * HTTP/2.0 and pings" * 100).serialize() + RstStreamFrame(1).serialize()
    for at in range(0, len(stream), size):
        meter.take(stream[at : at + size])
    since = [meter.head_since]
    meter.take(HeadersFrame(3, b"x").serialize())
    clock.now = 7.0
    meter.take(b"")
    since.append(meter.head_since)
    meter.take(ContinuationFrame(3, b"x", flags=["END_HEADERS"]).serialize())
    assert [*since, meter.head_since] == [None, 0.0, None]


def test_whoever_transfers_a_lot_may_say_a_lot_about_it() -> None:
    clock = Clock()
    meter = FrameMeter(clock)
    meter.take(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    for _ in range(10_000):
        meter.sent(1)
        meter.take(WindowUpdateFrame(1, window_increment=16_384).serialize())
        meter.take(DataFrame(1, b"x" * 100).serialize() + PingFrame(0, opaque_data=b"12345678").serialize())
    with pytest.raises(Flood):
        meter.take(PingFrame(0, opaque_data=b"12345678").serialize() * 2000)
    with pytest.raises(FrameTooLarge):
        FrameMeter(clock).take(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 9)
