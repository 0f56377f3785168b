"""Clusters of unknown people: whether those that look like one person are one, in archives of several sizes.

The people are synthetic, with the distances measured between real faces (`benchmarks/search/faces.py`): each
is seen in so many shots of other programmes, which come in no order. *Pairs* are pairs of shots: of those in
one cluster, how many show one person (precision), and of those of one person, how many are in one cluster
(recall). *Purity* is the share of shots that are of the person whom most of their cluster are of. Beside the
rule stands what one fixed distance would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.quality.figure import Figure
from benchmarks.search.faces import Faces, Vectors
from framewell_inference.domain.clusters import Centre, CentreTable, joined, largest_distance

SIZES: Final = (10, 100, 1_000, 5_000)
SHOTS: Final = 6
"""Shots a person is seen in; a track's vector is the mean of this many pictures of one shot."""

FIXED: Final = 0.52


@dataclass(frozen=True, slots=True)
class Clustered:
    """Who is in which cluster."""

    people: Sequence[int]
    clusters: Sequence[int]

    @property
    def pairs(self) -> tuple[float, float]:
        """Return precision and recall of pairs."""
        both = _pairs(Counter(zip(self.people, self.clusters, strict=True)))
        together, same = _pairs(Counter(self.clusters)), _pairs(Counter(self.people))
        return both / max(together, 1), both / max(same, 1)

    @property
    def purity(self) -> float:
        """Return the share of those who are of the person that most of their cluster are of."""
        most: dict[int, int] = {}
        for (_, cluster), count in Counter(zip(self.people, self.clusters, strict=True)).items():
            most[cluster] = max(count, most.get(cluster, 0))
        return sum(most.values()) / len(self.people)


def measure() -> Iterable[Figure]:
    """Yield the figures for each size; blocks for about a minute."""
    for people in SIZES:
        shots, who = tracks(people, SHOTS)
        found = Clustered(who, clustered(shots, largest_distance))
        precision, recall = found.pairs
        cases = len(who)
        yield Figure(
            f"pairs in one cluster that are one person, of {people:,} people", precision, cases, least=0.98
        )
        yield Figure(f"pairs of one person in one cluster, of {people:,} people", recall, cases)
        yield Figure(f"purity, of {people:,} people", found.purity, cases, least=0.99)
        yield Figure(
            f"clusters a person, of {people:,} people", len(set(found.clusters)) / people, unit="clusters"
        )
        before = Clustered(who, clustered(shots, lambda _: FIXED))
        yield Figure(
            f"pairs in one cluster that are one person by {FIXED}, of {people:,} people",
            before.pairs[0],
            cases,
        )


def tracks(people: int, shots: int, *, seed: int = 0) -> tuple[Vectors, list[int]]:
    """Return one vector a shot and whom each shows, in no order."""
    house = Faces(people, seed=people + seed)
    who = np.repeat(np.arange(people), shots)
    who = np.random.default_rng(seed).permutation(who)
    return house.pictures(who, seed + 1), who.tolist()


def clustered(vectors: Vectors, limit: Callable[[int], float]) -> list[int]:
    """Return the cluster of each vector, one after the other, as the service puts them."""
    table, centres, found = CentreTable(), list[Centre](), list[int]()
    for vector in vectors:
        near = table.nearest(Centre("", vector, 1), 1)
        name = joined(near, len(table), set(), str) if limit is largest_distance else None
        if limit is not largest_distance and near and near[0][1] <= limit(len(table)):
            name = near[0][0]
        if name is None:
            name = str(len(centres))
            centres.append(Centre(name, vector, 1))
        else:
            centres[int(name)] = centres[int(name)].with_vector(vector)
        table.put(centres[int(name)])
        found.append(int(name))
    return found


def _pairs(counts: Counter[int] | Counter[tuple[int, int]]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())
