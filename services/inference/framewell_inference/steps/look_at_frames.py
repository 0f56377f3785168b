"""One look at a chunk: every analyser over its frames, within the time that a live programme leaves."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Final

from framewell_contracts.sentences import Sentence, say
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame
from framewell_inference.ports.analysers import PictureAnalyser, PicturePass
from framewell_inference.ports.calls import Priority, RunEndedError, current_call
from framewell_inference.steps.batches import in_batches

NEWEST: Final = 0.3
"""Weight of the newest batch in what an analyser is expected to cost."""

MOST_AT_ONCE: Final = 4
"""Analysers that look at the same time, at the most: there are hardly more that take long."""


class SkippedError(Exception):
    """The analyser was left out, so that analysis keeps up with the programme; `reason` says so."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Costs:
    """Seconds that each analyser takes for a picture, as measured in this process."""

    _seconds: dict[str, float] = field(default_factory=dict)

    def of(self, name: str) -> float:
        """Return the expected seconds a picture, 0 for an analyser that has not run yet."""
        return self._seconds.get(name, 0.0)

    def note(self, name: str, seconds: float) -> None:
        """Take in what a picture has taken now."""
        known = self._seconds.get(name, seconds)
        self._seconds[name] = known + NEWEST * (seconds - known)


@dataclass(frozen=True, slots=True)
class LookAtFrames:
    """Looks as long as it takes, or within a budget: then the cheapest analysers look first.

    Analysers look in turn, since several chunks are looked at beside each other. At a live chunk, which is
    alone and waited for, `threads` of them look at the same time.

    With a budget, an analyser that would not be done in time looks at no more pictures of the chunk, and the
    reason is its outcome. One that has not run here yet always looks.
    """

    costs: Costs = field(default_factory=Costs)
    now: Callable[[], float] = time.perf_counter
    threads: int = field(default_factory=lambda: min(MOST_AT_ONCE, os.cpu_count() or 1))

    def __call__(
        self,
        frames: Iterable[Frame],
        analysers: Sequence[PictureAnalyser],
        *,
        still: bool = False,
        tolerate: bool = False,
        budget_seconds: float | None = None,
    ) -> Mapping[str, Findings | Exception]:
        """Return findings or error of every analyser by name; a batch of frames is decoded once. Blocks.

        With `tolerate` an analyser that fails is an error among the answers; without, its error is raised.
        One whose run was ended is an error among the answers in any case.
        """
        begun = self.now()
        by_cost = sorted(analysers, key=lambda one: self.costs.of(one.name))
        passes: dict[str, PicturePass] = {one.name: one.begin(still=still) for one in by_cost}
        found: dict[str, Findings | Exception] = {}
        together = current_call().priority == Priority.LIVE and budget_seconds is None
        for batch in in_batches(frames):
            if together:
                waiting = {name: one for name, one in passes.items() if name not in found}
                found |= self._together(waiting, batch, tolerate=tolerate)
                continue
            for name in [name for name in passes if name not in found]:
                expected = self.now() - begun + self.costs.of(name) * len(batch)
                if budget_seconds is not None and self.costs.of(name) and expected > budget_seconds:
                    found[name] = _skipped(name, budget_seconds)
                    continue
                try:
                    self._look(name, passes[name], batch)
                except RunEndedError as error:  # it took too long already: not once more
                    found[name] = error
                except Exception as error:
                    if not tolerate:
                        raise
                    found[name] = error
        return found | {name: one.finish() for name, one in passes.items() if name not in found}

    def _together(
        self, passes: Mapping[str, PicturePass], batch: Sequence[Frame], *, tolerate: bool
    ) -> dict[str, Exception]:
        """Have all look at the same time, the dearest begin; return the errors of those that fail."""
        with ThreadPoolExecutor(self.threads) as pool:
            looks = {
                name: pool.submit(copy_context().run, self._look, name, one, batch)
                for name, one in reversed(list(passes.items()))
            }
        errors = {name: look.exception() for name, look in looks.items()}
        failed = {name: error for name, error in errors.items() if isinstance(error, Exception)}
        raised = [error for error in failed.values() if not isinstance(error, RunEndedError)]
        if raised and not tolerate:
            raise raised[0]
        return failed

    def _look(self, name: str, one: PicturePass, batch: Sequence[Frame]) -> None:
        started = self.now()
        one.look(batch)
        self.costs.note(name, (self.now() - started) / len(batch))


def _skipped(name: str, budget_seconds: float) -> SkippedError:
    said = say(
        "look.skipped",
        "the analyser {analyser} was skipped to keep up with the programme, as {seconds} s were not enough "
        "for all analysers",
        analyser=name,
        seconds=f"{budget_seconds:.1f}",
    )
    return SkippedError(said)
