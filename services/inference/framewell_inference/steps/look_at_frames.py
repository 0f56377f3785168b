"""One look at a chunk: every analyser over its frames, within the time that a live programme leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame
from framewell_inference.ports.analysers import PictureAnalyser, PicturePass
from framewell_inference.steps.batches import in_batches

NEWEST: Final = 0.3
"""Weight of the newest batch in what an analyser is expected to cost."""


class SkippedError(Exception):
    """The analyser was left out, so that analysis keeps up with the programme; the message says so."""


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

    An analyser that would not be done in time looks at no more pictures of the chunk, and the reason is
    its outcome. One that has not run here yet always looks.
    """

    costs: Costs = field(default_factory=Costs)
    now: Callable[[], float] = time.perf_counter

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
        """
        begun = self.now()
        by_cost = sorted(analysers, key=lambda one: self.costs.of(one.name))
        passes: dict[str, PicturePass] = {one.name: one.begin(still=still) for one in by_cost}
        found: dict[str, Findings | Exception] = {}
        for batch in in_batches(frames):
            for name in [name for name in passes if name not in found]:
                expected = self.now() - begun + self.costs.of(name) * len(batch)
                if budget_seconds is not None and self.costs.of(name) and expected > budget_seconds:
                    found[name] = _skipped(name, budget_seconds)
                    continue
                try:
                    self._look(name, passes[name], batch)
                except Exception as error:
                    if not tolerate:
                        raise
                    found[name] = error
        return found | {name: one.finish() for name, one in passes.items() if name not in found}

    def _look(self, name: str, one: PicturePass, batch: Sequence[Frame]) -> None:
        started = self.now()
        one.look(batch)
        self.costs.note(name, (self.now() - started) / len(batch))


def _skipped(name: str, budget_seconds: float) -> SkippedError:
    return SkippedError(
        f"the analyser {name} was skipped to keep up with the programme, "
        f"as {budget_seconds:.1f} s were not enough for all analysers"
    )
