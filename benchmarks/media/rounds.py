"""The method: interleaved rounds of fresh processes, and ratios taken within a round (see the backbone's)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.backbone.rounds import MOST_OFF, Spread
from benchmarks.media.contest import Contest, Contestant, Void
from benchmarks.media.task import Timing

Round = Mapping[Contestant, Timing]


@dataclass(frozen=True, slots=True)
class Row:
    """What the valid rounds say of one contestant; ratios are ours to its, None for ourselves."""

    contestant: Contestant
    rate: Spread
    cpu_us: Spread
    made_bytes: int
    ratio: Spread | None
    cpu_ratio: Spread | None
    goal: float | None
    cpu_goal: float | None

    @property
    def reached(self) -> bool | None:
        """Return whether every goal against it is reached; None where there is none."""
        verdicts = []
        if self.goal is not None and self.ratio is not None:
            verdicts.append(self.ratio.median >= self.goal)
        if self.cpu_goal is not None and self.cpu_ratio is not None:
            verdicts.append(self.cpu_ratio.median <= self.cpu_goal)
        return all(verdicts) if verdicts else None


def play(
    contest: Contest, run: Callable[[Contestant], Timing], *, wanted: int, most: int
) -> tuple[list[Row], int]:
    """Return the rows of a contest, and how many rounds were played. Raises Void with too few valid ones."""
    played: list[Round] = []
    while len(played) < most and len(valid(contest, played)) < wanted:
        first = len(played) % len(contest.contestants)
        order = (*contest.contestants[first:], *contest.contestants[:first])
        played.append({one: run(one) for one in order})
    counted = valid(contest, played)
    if len(counted) < wanted:
        raise Void(
            f"{contest.name}: only {len(counted)} of {len(played)} rounds were valid: too busy a machine"
        )
    return list(rows(contest, counted)), len(played)


def valid(contest: Contest, played: Sequence[Round]) -> list[Round]:
    """Return the rounds in which the limit is near its median."""
    if not played:
        return []
    usual = median(one[contest.limit].rate for one in played)
    return [one for one in played if usual / MOST_OFF <= one[contest.limit].rate <= usual * MOST_OFF]


def rows(contest: Contest, counted: Sequence[Round]) -> Iterator[Row]:
    """Yield one row a contestant, from the rounds that count."""
    for one in contest.contestants:
        timings = [played[one] for played in counted]
        ours = [played[contest.ours] for played in counted]
        pairs = list(zip(ours, timings, strict=True))
        yield Row(
            contestant=one,
            rate=Spread.of([timing.rate for timing in timings]),
            cpu_us=Spread.of([timing.cpu_us for timing in timings]),
            made_bytes=timings[0].made_bytes,
            ratio=None if one is contest.ours else Spread.of([mine.rate / its.rate for mine, its in pairs]),
            cpu_ratio=None
            if one is contest.ours
            else Spread.of([mine.cpu_us / its.cpu_us for mine, its in pairs]),
            goal=contest.goals.get(one.name),
            cpu_goal=contest.cpu_goals.get(one.name),
        )
