"""What was measured about a model: rates with counts and intervals, and two models on the same trials."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from framewell_contracts.sentences import Sentence, say

Z95 = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of` trials, with Wilson's interval at 95 % (JASA 22, 1927); it holds for small counts."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """Return the share, 0 where nothing was tried."""
        return self.count / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """Return the lower end of the interval; 0 where nothing was tried."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """Return the upper end of the interval; 1 where nothing was tried."""
        return self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        square = Z95 * Z95 / self.of
        middle = (self.value + square / 2) / (1 + square)
        half = Z95 * sqrt(self.value * (1 - self.value) / self.of + square / (4 * self.of)) / (1 + square)
        low = 0.0 if self.count == 0 else max(0.0, middle - half)
        high = 1.0 if self.count == self.of else min(1.0, middle + half)
        return low, high

    def __str__(self) -> str:
        return str(self.said)

    @property
    def said(self) -> Sentence:
        """Return the counts with the interval, as sentences say them."""
        if not self.of:
            return say("rate.none", "0 of 0")
        return say(
            "rate",
            "{count} of {of} ({share} %, 95 %: {low}–{high} %)",
            count=self.count,
            of=self.of,
            share=f"{100 * self.value:.1f}",
            low=f"{100 * self.low:.1f}",
            high=f"{100 * self.high:.1f}",
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two models on the same trials: how often both, only the one and only the other did something."""

    both: int = 0
    only_candidate: int = 0
    only_reference: int = 0
    neither: int = 0

    @classmethod
    def of_trials(cls, trials: Iterable[tuple[bool, bool]]) -> Pairs:
        """Return the counts of (candidate did, reference did)."""
        counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
        for candidate, reference in trials:
            counts[candidate, reference] += 1
        return cls(counts[True, True], counts[True, False], counts[False, True], counts[False, False])

    @property
    def of(self) -> int:
        return self.both + self.only_candidate + self.only_reference + self.neither

    @property
    def candidate(self) -> Rate:
        return Rate(self.both + self.only_candidate, self.of)

    @property
    def reference(self) -> Rate:
        return Rate(self.both + self.only_reference, self.of)

    @property
    def more(self) -> float:
        """Return by how much the candidate's share is above the reference's; negative below."""
        return (self.only_candidate - self.only_reference) / self.of if self.of else 0.0

    @property
    def surely_more(self) -> bool:
        """Return whether chance does not explain that the candidate did it more often.

        By the trials on which they differ alone (McNemar): the interval of the candidate's share of those
        lies above one half.
        """
        return Rate(self.only_candidate, self.only_candidate + self.only_reference).low > 0.5

    @property
    def surely_less(self) -> bool:
        """Return whether chance does not explain that the candidate did it less often."""
        return Rate(self.only_reference, self.only_candidate + self.only_reference).low > 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over photos and people whom neither the head nor its thresholds had seen.

    A photo is held out when neither it, nor a copy of it, nor any photo of its class from the same programme
    was learned from.
    """

    tried: Mapping[str, int]
    """Held-out photos of each evaluated class."""
    found: Mapping[str, int]
    """How many of those were named rightly."""
    misnamed: int
    """Held-out photos that were given somebody else's name."""
    strangers: Rate
    """People whom the head does not know, one each however often they appear: given a name at least once."""
    others: Rate
    """Those of them who are certainly strangers: people of other classes, shown to a head without theirs."""
    stranger_faces: Rate
    """All strangers by their appearances: photos and face tracks."""
    in_doubt: int
    """Unnamed people who count for nothing, since each may be somebody accepted who appears again."""
    not_evaluated: tuple[str, ...]
    """Classes seen in one programme only, or in copies of one shot: learned, but not measurable."""

    @property
    def photos(self) -> int:
        return sum(self.tried.values())

    @property
    def recalled(self) -> Rate:
        """Return how many of all held-out photos were named rightly."""
        return self.recalled_of(self.tried)

    @property
    def wrongly_named(self) -> Rate:
        return Rate(self.misnamed, self.photos)

    def recalled_of(self, classes: Collection[str]) -> Rate:
        """Return how many held-out photos of these classes were named rightly."""
        return Rate(
            sum(self.found.get(name, 0) for name in classes), sum(self.tried.get(name, 0) for name in classes)
        )


NOTHING_MEASURED = Figures({}, {}, 0, Rate(0, 0), Rate(0, 0), Rate(0, 0), 0, ())


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate and a reference on the same photos and the same strangers.

    Photos are ones that neither has learned from. Of a class without such photos they are ones that both have
    learned from, each model as it serves: that shows what is lost, never what is won.
    """

    held_out: Mapping[str, Pairs]
    """By class, photos that neither has learned from: named rightly."""
    learned: Mapping[str, Pairs]
    """By class, photos that both have learned from, of classes without others: named rightly."""
    programmes: Mapping[str, Pairs]
    """By programme, all of these photos: named rightly."""
    wrong: Pairs
    """All of these photos: given somebody else's name."""
    strangers: Pairs
    """People whom neither knows: given a name."""
    contradicted: Mapping[str, Rate]
    """By class, photos that the reference takes for another person whom both know."""

    @property
    def shared(self) -> dict[str, Pairs]:
        """Return the photos of each shared class."""
        return {**self.learned, **self.held_out}

    @property
    def found(self) -> Pairs:
        """Return all photos that neither has learned from: what a gain is measured on."""
        each = self.held_out.values()
        return Pairs(
            sum(one.both for one in each),
            sum(one.only_candidate for one in each),
            sum(one.only_reference for one in each),
            sum(one.neither for one in each),
        )
