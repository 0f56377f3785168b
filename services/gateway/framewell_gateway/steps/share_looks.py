"""One look at the mesh for everybody who asks, at the pace that it bears.

A look asks every service and the broker, which takes milliseconds on a quiet machine and seconds on a busy
one. So it is never taken twice at once for the same question, rests for as long as it took, and nobody waits
long for it: what was seen a moment before is there at once, and after a quiet time a new look is waited for.
aiocache and the like were considered: they keep answers
for a fixed time, so that after a change a person sees what was before.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from framewell_kit.clock import Clock

T = TypeVar("T")

PATIENCE_SECONDS: Final = 1.0
FRESH_SECONDS: Final = 5.0
MOST_PATIENCE_SECONDS: Final = 5.0
MOST_REST_SECONDS: Final = 10.0
MOST_QUESTIONS: Final = 64

Look = Callable[[], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """What was seen; `is_new` when the look began after it was asked for."""

    what: T
    is_new: bool


@dataclass(slots=True)
class _Question:
    """What is known of one question, and the look that is under way or about to begin."""

    seen: Any = None
    begun: float = float("-inf")
    """When the look began that saw it."""
    not_before: float = float("-inf")
    running: asyncio.Task[None] | None = None


@dataclass(slots=True)
class ShareLooks:
    """Give everybody who asks the same question the same look; questions that nobody asks are forgotten."""

    clock: Clock
    patience_seconds: float = PATIENCE_SECONDS
    fresh_seconds: float = FRESH_SECONDS
    most_patience_seconds: float = MOST_PATIENCE_SECONDS
    most_rest_seconds: float = MOST_REST_SECONDS
    _questions: OrderedDict[Hashable, _Question] = field(default_factory=OrderedDict, init=False)

    async def see(self, question: Hashable, look: Look[T]) -> Seen[T]:
        """Return what is seen now, or what was seen before if that takes longer than `patience_seconds`.

        Where that is older than `fresh_seconds`, a new look is waited for as long as `most_patience_seconds`;
        where nothing was seen before it takes as long as a look. Raises what the look raises, unless
        something was seen before. Whoever stops waiting stops no look.
        """
        kept, asked = self._kept(question), self.clock.monotonic()
        is_fresh = kept.begun >= asked - self.fresh_seconds
        until = asked + (self.patience_seconds if is_fresh else self.most_patience_seconds)
        while kept.begun < asked:
            if kept.running is None:
                kept.running = asyncio.create_task(self._look(kept, look))
            running = kept.running
            left = None if kept.seen is None else max(0.0, until - self.clock.monotonic())
            done, _ = await asyncio.wait({running}, timeout=left)
            if kept.seen is None:
                running.result()
            if not done or self.clock.monotonic() >= until:
                break
        return Seen(kept.seen, kept.begun >= asked)

    async def _look(self, kept: _Question, look: Look[T]) -> None:
        try:
            await asyncio.sleep(max(0.0, kept.not_before - self.clock.monotonic()))
            begun = self.clock.monotonic()
            try:
                kept.seen, kept.begun = await look(), begun
            finally:
                ended = self.clock.monotonic()
                kept.not_before = ended + min(ended - begun, self.most_rest_seconds)
        finally:
            kept.running = None

    def _kept(self, question: Hashable) -> _Question:
        kept = self._questions.setdefault(question, _Question())
        self._questions.move_to_end(question)
        while len(self._questions) > MOST_QUESTIONS:
            self._questions.popitem(last=False)
        return kept
