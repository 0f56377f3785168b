"""Clusters of unknown people: whether those that look like one person are one, in archives of several sizes.

Filmed people come first: every picture of them for itself, since the films have one shot each. The others are
synthetic, with the distances measured between real faces (`benchmarks/search/faces.py`): each
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
from benchmarks.quality.pictures import FACES, analysers, astronaut, looked, man_in_car
from benchmarks.search.faces import Faces, Vectors
from framewell_inference.domain.clusters import Centre, CentreTable, joined

SIZES: Final = (10, 100, 1_000, 5_000)
SHOTS: Final = 6
"""Shots a person is seen in. Pictures of one shot are alike: its track counts as one picture."""

CANDIDATES: Final = 8
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
    """Yield the figures of filmed people, then for each size; blocks for about a minute."""
    yield from filmed()
    yield from archives()


def filmed() -> Iterable[Figure]:
    """Yield the figures of two filmed people, one of them turned by 90, 180 and 270 degrees."""
    turned = [np.ascontiguousarray(np.rot90(astronaut(), turns)) for turns in range(4)]
    found = [looked(analysers().pictures[FACES], [picture]).vectors for picture in (*man_in_car(), *turned)]
    who = [0] * len(man_in_car()) + [1] * len(turned)
    vectors = np.concatenate([one[:1] for one in found if one is not None and len(one)])
    clusters = Clustered(who, clustered(vectors.astype(np.float32), joined_by_rule))
    precision, recall = clusters.pairs
    yield Figure("pairs in one cluster that are one person, of 2 filmed people", precision, len(who), least=1)
    yield Figure("pairs of one filmed person in one cluster", recall, len(who), least=0.95)


def archives() -> Iterable[Figure]:
    """Yield the figures of synthetic people, for each size."""
    for people in SIZES:
        yield from archive(people)


def archive(people: int) -> Iterable[Figure]:
    """Yield the figures of so many synthetic people."""
    shots, who = tracks(people, SHOTS)
    found, fixed = (Clustered(who, clustered(shots, join)) for join in (joined_by_rule, joined_by_distance))
    precision, recall = found.pairs
    cases, of = len(who), f"of {people:,} people"
    yield Figure(f"pairs in one cluster that are one person, {of}", precision, cases, least=0.98)
    yield Figure(f"the same by {FIXED} for every size, {of}", fixed.pairs[0], cases)
    yield Figure(f"pairs of one person in one cluster, {of}", recall, cases)
    yield Figure(f"purity, {of}", found.purity, cases, least=0.99)
    yield Figure(f"clusters for each person, {of}", len(set(found.clusters)) / people, unit="clusters")


def tracks(people: int, shots: int, *, seed: int = 0) -> tuple[Vectors, list[int]]:
    """Return one vector a shot and whom each shows, in no order."""
    house = Faces(people, seed=people + seed)
    who = np.repeat(np.arange(people), shots)
    who = np.random.default_rng(seed).permutation(who)
    return house.pictures(who, seed + 1), who.tolist()


Joined = Callable[[Sequence[tuple[str, float]], int], str | None]
"""Returns the cluster that a track joins, of the nearest with their distances, among so many."""


def joined_by_rule(near: Sequence[tuple[str, float]], clusters: int) -> str | None:
    """Return what the service does."""
    return joined(near, clusters, (), str)


def joined_by_distance(near: Sequence[tuple[str, float]], _: int) -> str | None:
    """Return what one distance for all archives would do."""
    return near[0][0] if near and near[0][1] <= FIXED else None


def clustered(vectors: Vectors, join: Joined) -> list[int]:
    """Return the cluster of each vector, one after the other, as the service puts them."""
    table, centres, found = CentreTable(), list[Centre](), list[int]()
    for vector in vectors:
        track = Centre("", vector, 1)
        name = join(table.nearest(track, CANDIDATES), len(table))
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
