"""The event streams that are open: at most so many, and all of them end with the process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from framewell_contracts.sentences import Sentence, say
from framewell_gateway.telemetry import EVENT_STREAMS


class TooManyStreams(Exception):
    """No further stream may be opened; `of_caller` says whether by this caller or by anybody."""

    def __init__(self, reason: Sentence, *, of_caller: bool) -> None:
        super().__init__(reason)
        self.reason, self.of_caller = reason, of_caller


@dataclass(slots=True)
class EventStreamLimit:
    """Counts open streams in this process: at most so many of one caller, and in all. `close` ends them."""

    most_of_caller: int = 256
    most: int = 1024
    _open: Counter[str] = field(default_factory=Counter, init=False)
    _ends: set[asyncio.Timeout] = field(default_factory=set, init=False)

    def check(self, caller: str) -> None:
        """Raise TooManyStreams when this caller may open none now."""
        if self._open[caller] >= self.most_of_caller:
            said = say(
                "streams_full.caller",
                "{caller} has {most} event streams open, which is all one caller may have: close some",
                caller=caller,
                most=self.most_of_caller,
            )
            raise TooManyStreams(said, of_caller=True)
        if self._open.total() >= self.most:
            said = say("streams_full", "{most} event streams are open here: try again later", most=self.most)
            raise TooManyStreams(said, of_caller=False)

    @asynccontextmanager
    async def opened(self, caller: str) -> AsyncIterator[None]:
        """Count a stream for as long as the context lasts; `close` leaves the context at once."""
        self._open[caller] += 1
        EVENT_STREAMS.add(1)
        end = asyncio.timeout(None)
        self._ends.add(end)
        try:
            async with end:
                yield
        except TimeoutError:
            if not end.expired():
                raise
        finally:
            self._ends.discard(end)
            EVENT_STREAMS.add(-1)
            self._open[caller] -= 1
            self._open += Counter()  # forgets callers without any

    def close(self) -> None:
        """End every stream: each caller resumes elsewhere, or here when the process is back."""
        for end in self._ends:
            end.reschedule(asyncio.get_running_loop().time())
