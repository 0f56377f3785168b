"""A sender may be slow, but not for ever; a reader may be."""

import asyncio

import pytest

from framewell_kit.pace import Pace, Stalled


async def piece(size: int = 1, after: float = 0.0) -> bytes:
    await asyncio.sleep(after)
    return b"x" * size


async def test_a_piece_that_does_not_come_is_given_up() -> None:
    pace = Pace(stall_seconds=0.02)
    assert await pace.arrives(piece(7), bytes) == b"x" * 7
    with pytest.raises(Stalled, match=r"nothing more arrived for 0.02 s, after 7 bytes"):
        await pace.arrives(piece(after=1), bytes)


async def test_pieces_that_trickle_are_given_up_on_the_whole() -> None:
    pace = Pace(stall_seconds=1, grace_seconds=0.05, least_bytes_a_second=1000)

    async def trickle() -> None:
        for _ in range(20):
            await pace.arrives(piece(after=0.01), bytes)

    with pytest.raises(Stalled, match="more slowly than 1000 bytes a second"):
        await trickle()


async def test_pieces_that_come_fast_enough_may_take_as_long_as_they_like() -> None:
    pace = Pace(stall_seconds=1, grace_seconds=0.05, least_bytes_a_second=1000)
    for _ in range(30):
        await pace.arrives(piece(100, after=0.005), bytes)


async def test_a_slow_reader_holds_nothing_against_its_sender() -> None:
    pace = Pace(stall_seconds=1, grace_seconds=0.05, least_bytes_a_second=1)
    for _ in range(5):
        await pace.arrives(piece(), bytes)
        await asyncio.sleep(0.03)
