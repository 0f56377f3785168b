"""What a declared model may take of a chunk, and how its look ends once nobody wants it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_contracts.sentences import say
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame
from framewell_inference.ports.analysers import Around, PictureAnalyser, PicturePass
from framewell_inference.ports.calls import Call, DeadlineError, RunEndedError, calling, current_call
from framewell_inference.ports.registrations import RegisteredModels
from framewell_models.manifest import ModelRef

CHUNK_SECONDS: Final = 120.0

MOST_IN_A_ROW: Final = 3
LEFT_OUT_SECONDS: Final = 600.0
"""A model that took too long for so many chunks in a row is left out for so long: it holds up all others."""

LONG_SECONDS: Final = 10.0
"""From then on whoever asks why something waits is told of a look."""

Wanted = Callable[[], bool]
"""Returns whether a look is still wanted: its model is enabled, or a campaign is to show it."""


class LookTooLongError(RunEndedError):
    """A model took longer for the pictures of a chunk than it may; the message says how long that is."""


@dataclass(frozen=True, slots=True)
class _Look:
    ref: ModelRef
    call: Call
    wanted: Wanted
    began: float


@dataclass(slots=True)
class LooksUnderWay:
    """The looks of declared models in this process. Safe to use from any thread."""

    _looks: dict[int, _Look] = field(default_factory=dict)
    _too_long: dict[ModelRef, tuple[int, float]] = field(default_factory=dict)
    """How often in a row a model took too long, and when that was last."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def under_way(self, ref: ModelRef, call: Call, wanted: Wanted) -> Iterator[None]:
        """Know of a look inside the block."""
        with self._lock:
            self._looks[id(call)] = _Look(ref, call, wanted, time.monotonic())
        try:
            yield
        finally:
            with self._lock:
                del self._looks[id(call)]

    def note(self, ref: ModelRef, *, too_long: bool) -> None:
        """Take in how a look of a model ended."""
        with self._lock:
            count, _ = self._too_long.pop(ref, (0, 0.0))
            if too_long:
                self._too_long[ref] = (count + 1, time.monotonic())

    def left_out(self, ref: ModelRef) -> bool:
        """Return whether a model is to look at nothing for now."""
        count, last = self._too_long.get(ref, (0, 0.0))
        return count >= MOST_IN_A_ROW and time.monotonic() < last + LEFT_OUT_SECONDS

    def end_unwanted(self) -> None:
        """End the runs of all looks that are not wanted any more."""
        with self._lock:
            looks = list(self._looks.values())
        for look in looks:
            if not look.wanted():
                look.call.end("the model was disabled or removed meanwhile")

    def long_ones(self) -> list[str]:
        """Return a sentence for each look that takes long, for people who wait behind it."""
        now = time.monotonic()
        with self._lock:
            looks = [(look, now - look.began) for look in self._looks.values()]
        return [
            say(
                "long_look",
                "{model} has looked at the pictures of a chunk for {seconds} s",
                model=look.ref,
                seconds=f"{seconds:.0f}",
            )
            for look, seconds in looks
            if seconds > LONG_SECONDS
        ]


@dataclass(frozen=True, slots=True)
class BoundedPictures(Around[PictureAnalyser]):
    """A picture analyser that may take so many `seconds` for a chunk; behaves as the one inside."""

    wanted: Wanted
    seconds: float
    looks: LooksUnderWay

    def begin(self, *, still: bool = False) -> PicturePass:
        return _BoundedPass(self.inside.begin(still=still), self)


@dataclass(slots=True)
class _BoundedPass:
    inside: PicturePass
    bounds: BoundedPictures
    used_seconds: float = 0.0

    def look(self, frames: Sequence[Frame]) -> None:
        looks, ref = self.bounds.looks, self.bounds.models[0]
        limit = f"{self.bounds.seconds:g}"
        if looks.left_out(ref):
            said = say(
                "look.too_long.often",
                "it took more than {seconds} s a chunk (FRAMEWELL_INFERENCE_CHUNK_SECONDS) {times} times in "
                "a row, and is left out for {minutes} min",
                seconds=limit,
                times=MOST_IN_A_ROW,
                minutes=f"{LEFT_OUT_SECONDS / 60:g}",
            )
            raise LookTooLongError(said)
        started = time.monotonic()
        call = Call(current_call().priority, started + self.bounds.seconds - self.used_seconds)
        try:
            with looks.under_way(ref, call, self.bounds.wanted), calling(call):
                self.inside.look(frames)
        except DeadlineError:
            looks.note(ref, too_long=True)
            said = say(
                "look.too_long",
                "it may take {seconds} s a chunk (FRAMEWELL_INFERENCE_CHUNK_SECONDS)",
                seconds=limit,
            )
            raise LookTooLongError(said) from None
        finally:
            self.used_seconds += time.monotonic() - started

    def finish(self) -> Findings:
        self.bounds.looks.note(self.bounds.models[0], too_long=False)
        return self.inside.finish()


@dataclass(frozen=True, slots=True)
class EndingLooks:
    """RegisteredModels whose changes end the looks that are not wanted any more."""

    inside: RegisteredModels
    looks: LooksUnderWay

    async def follow(self, entry: ModelRegistered) -> None:
        """Follow, then end what the entry disables or removes. Raises Busy."""
        await self.inside.follow(entry)
        self.looks.end_unwanted()
