"""The method: interleaved rounds of fresh processes, and ratios taken within a round.

A shared machine changes its speed from minute to minute, so absolute figures of different minutes cannot
be compared; two runs of the same round nearly can. A round in which the limit is off its own median by more
than 1.5 times says that the machine was busy with something else: it is dropped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.backbone.contest import CONTESTANTS, LIMIT, OURS, Contestant
from benchmarks.backbone.task import Timing

VALID_ROUNDS = 5
MOST_ROUNDS = 15
MOST_OFF = 1.5

Round = Mapping[Contestant, Timing]


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Row:
    """What the valid rounds say of one contestant; `ratio` is our rate to its rate, None for ourselves."""

    contestant: Contestant
    messages: int
    rate: Spread
    cpu_us: Spread
    ratio: Spread | None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is; None where there is none."""
        if self.contestant.goal is None or self.ratio is None:
            return None
        return self.ratio.median >= self.contestant.goal


def play(run: Callable[[Contestant], Timing], *, wanted: int, most: int) -> list[Round]:
    """Rounds until `wanted` of them are valid, or `most` have been played. Each round begins with another."""
    played: list[Round] = []
    while len(played) < most and len(valid(played)) < wanted:
        first = len(played) % len(CONTESTANTS)
        played.append({one: run(one) for one in (*CONTESTANTS[first:], *CONTESTANTS[:first])})
    return played


def valid(played: Sequence[Round]) -> list[Round]:
    """Those in which the limit is near its median."""
    if not played:
        return []
    usual = median(one[LIMIT].rate for one in played)
    return [one for one in played if usual / MOST_OFF <= one[LIMIT].rate <= usual * MOST_OFF]


def rows(counted: Sequence[Round]) -> Iterator[Row]:
    """One row a contestant, from the rounds that count."""
    for one in CONTESTANTS:
        timings = [played[one] for played in counted]
        ratios = [played[OURS].rate / played[one].rate for played in counted]
        yield Row(
            contestant=one,
            messages=timings[0].messages,
            rate=Spread.of([timing.rate for timing in timings]),
            cpu_us=Spread.of([timing.cpu_us for timing in timings]),
            ratio=None if one is OURS else Spread.of(ratios),
        )
