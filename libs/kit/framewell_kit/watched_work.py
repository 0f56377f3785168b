"""Work that takes seconds or minutes, stopped while it runs once nobody wants its result any more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")

LOOK_SECONDS = 1.0
"""So often it is asked whether work that runs is still wanted."""


async def until_unwanted(work: Awaitable[Result], unwanted: Callable[[], Awaitable[bool]]) -> Result | None:
    """Return the result of the work; cancel it, wait for its end and return None once `unwanted` says so.

    Raises what the work and `unwanted` raise. The work has ended in any case.
    """
    working = asyncio.ensure_future(work)
    try:
        while True:
            done, _ = await asyncio.wait([working], timeout=LOOK_SECONDS)
            if done:
                return working.result()
            if await unwanted():
                return None
    finally:
        if not working.done():
            working.cancel()
            await asyncio.wait([working])
