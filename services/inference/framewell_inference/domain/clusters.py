"""Clusters: faces that look like one person, and the rule by which a face track joins one.

A *sighting* is one face in one shot of an asset, whichever models described it: the tracks that several
embeddings make of it belong to one sighting, so that its cluster outlives a model. Clusters that people
merged stay clusters, each with its own centre, and name the one they are part of: taking the merger back
takes nothing apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.identity import USABLE_SIDE
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.tracks import FaceTrack

FARTHEST: Final = 0.52
"""A track farther than this from the centre of a cluster never joins it."""

CLEARLY: Final = 0.08
"""Nor, beyond what holds strangers off by itself, unless every other cluster is farther by so much: of 1,000
people with six shots each that brought recall of pairs from .66 to .93 at a precision of .99 instead of 1.00
(`benchmarks/quality/clusters.py`)."""

STRANGERS: Final = 0.83
STRANGERS_DEVIATION: Final = 0.095
"""Of the distance between pictures of two people, measured on 1,003 pairs."""

SAME: Final = 0.40
"""Mean distance between two pictures of one person, measured on 29 pairs."""

CENTRE_TRACKS: Final = 64
"""So many tracks make a centre: later ones do not move it, so that no cluster wanders from person to
person."""

SAME_PLACE: Final = 0.3
"""Two tracks whose largest faces share so much of their area, and half of their time, are one sighting."""


@dataclass(frozen=True, slots=True)
class TrackRef:
    """A face track: its number in a chunk, as one embedding's observations have it."""

    embedding: str
    chunk_id: str
    number: int

    def __str__(self) -> str:
        return f"{self.embedding}#{self.chunk_id}/{self.number}"

    @staticmethod
    def parse(text: str) -> TrackRef:
        """Return the track of a text that `str` made."""
        embedding, _, rest = text.partition("#")
        chunk_id, _, number = rest.rpartition("/")
        return TrackRef(embedding, chunk_id, int(number))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One face in one shot, and the cluster that it belongs to.

    `tracks` are those that describe it, one an embedding. `asked_ms` is when its asset was asked for,
    milliseconds since 1970. `pinned` is the decision by which a person put it where it is; empty for none.
    """

    id: str
    cluster_id: str
    asset_id: str
    chunk_id: str
    span: FrameSpan
    moment: tuple[int, int]
    box: FractionBox
    ordinal: int
    side: float
    tracks: tuple[TrackRef, ...]
    series: str = ""
    channel: str = ""
    asked_ms: int = 0
    pinned: str = ""

    def of(self, embedding: str) -> TrackRef | None:
        """Return the track that an embedding has of it."""
        return next((one for one in self.tracks if one.embedding == embedding), None)


@dataclass(frozen=True, slots=True)
class Described:
    """A face track with its vector, to be put into a cluster."""

    ref: TrackRef
    track: FaceTrack
    vector: Float

    @property
    def side(self) -> float:
        """Return the shorter side of its largest face in pixels."""
        return max(self.track.sides, default=0.0)


@dataclass(frozen=True, slots=True)
class Merger:
    """By which decision a cluster is part of another one; empty where that was not noted."""

    decision_id: str
    into: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is known of a cluster. `root` is the one it is part of after mergers, itself for none.

    `count` is how many sightings are its own; all that follows counts what was merged into it, too, and is
    kept of roots alone. Times are milliseconds since 1970, 0 where nobody said; `named` is the class a person
    named it as.
    """

    id: str
    mergers: tuple[Merger, ...] = ()
    root: str = ""
    count: int = 0
    size: int = 0
    oldest: int = 0
    newest: int = 0
    series: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    named: str = ""
    revision: int = 0
    """Grows whenever its parts are summed up."""
    counted: int = 0
    """Grows whenever its own sightings are counted."""
    parts: tuple[str, ...] = ()
    """Ids of the clusters that are it: its own, then those that were merged into it, in order."""

    @property
    def merged_into(self) -> frozenset[str]:
        """Return the clusters that decisions made it part of: more than one where people decided at once."""
        return frozenset(one.into for one in self.mergers)


@dataclass(frozen=True, slots=True)
class Centre:
    """The mean of the vectors of a cluster's first tracks in one embedding's space."""

    cluster_id: str
    vector: Float
    count: int

    @property
    def nearer(self) -> float:
        """Return by how much the square of its distance to anybody is less than that of one picture.

        What pictures of a person vary by, half of the square of their distance, is averaged out of it.
        """
        return SAME**2 / 2 * (1 - 1 / self.count)

    def distance(self, other: Centre) -> float:
        """Return the distance between two as it would be between single pictures."""
        apart = float(np.square(self.vector - other.vector).sum())
        return float(np.sqrt(apart + self.nearer + other.nearer))

    def with_vector(self, vector: Float) -> Centre:
        """Return the centre with one more track; the same once it is made of enough."""
        if self.count >= CENTRE_TRACKS:
            return self
        mean = (self.vector * self.count + vector) / (self.count + 1)
        return Centre(self.cluster_id, mean.astype(np.float32), self.count + 1)


def centre_of(cluster_id: str, vectors: Sequence[Float]) -> Centre | None:
    """Return the centre of tracks, None of none."""
    if not len(vectors):
        return None
    used = vectors[:CENTRE_TRACKS]
    return Centre(cluster_id, np.mean(used, axis=0, dtype=np.float32), len(used))


def track_vector(track: FaceTrack, vectors: Float) -> Float | None:
    """Return the mean of a track's faces, small ones only where it has no larger; None without a usable one.

    `vectors` are those of its chunk; what was erased of them is no number.
    """
    rows = [row for row, side in zip(track.rows, track.sides, strict=True) if side >= USABLE_SIDE]
    usable = vectors[rows or list(track.rows)]
    usable = usable[np.isfinite(usable).all(axis=1)] if len(usable) else usable
    return usable.mean(axis=0, dtype=np.float32) if len(usable) else None


def near_by_itself(clusters: int) -> float:
    """Return how near to a centre a track is surely its own, in an archive of so many clusters.

    Of strangers at most one in fifty is as near to somebody else's: the more there are, the nearer the
    nearest of them is.
    """
    share = 0.02 / max(clusters, 1)
    return min(FARTHEST, STRANGERS - STRANGERS_DEVIATION * _normal_tail(share))


def _normal_tail(share: float) -> float:
    """Return how many deviations below its mean a normal value lies with this probability (Hastings,
    .00045)."""
    t = np.sqrt(-2 * np.log(share))
    return float(
        t
        - (2.515517 + 0.802853 * t + 0.010328 * t**2) / (1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3)
    )


def matched(tracks: Sequence[FaceTrack], sightings: Sequence[Sighting]) -> dict[int, Sighting]:
    """Return which tracks, by number, are sightings that are there already; each of either once, best
    first."""
    pairs = [
        (-share, track.number, sighting.id, sighting)
        for track in tracks
        for sighting in sightings
        if (share := _same_place(track, sighting)) >= SAME_PLACE
    ]
    found: dict[int, Sighting] = {}
    taken = set[str]()
    for _, number, name, sighting in sorted(pairs, key=lambda pair: pair[:3]):
        if number not in found and name not in taken:
            found[number] = sighting
            taken.add(name)
    return found


def together(one: FrameSpan, other: FrameSpan) -> bool:
    """Return whether two spans share at least half of the shorter one."""
    shared = min(one.end_pts, other.end_pts) - max(one.start_pts, other.start_pts)
    shorter = min(one.end_pts - one.start_pts, other.end_pts - other.start_pts)
    return shared > 0 and 2 * shared >= shorter


def _same_place(track: FaceTrack, sighting: Sighting) -> float:
    return _overlap(track.box, sighting.box) if together(track.span, sighting.span) else 0.0


def _overlap(one: FractionBox, other: FractionBox) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)


@dataclass(slots=True)
class CentreTable:
    """The centres of one space in memory: what is near is found by one matrix product."""

    _ids: list[str] = field(default_factory=list)
    _rows: dict[str, int] = field(default_factory=dict)
    _vectors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    _squares: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def __len__(self) -> int:
        return len(self._ids)

    def put(self, centre: Centre) -> None:
        """Add a centre, or replace that of its cluster."""
        row = self._rows.get(centre.cluster_id)
        if row is None:
            row = len(self._ids)
            if row >= len(self._vectors):
                grown = np.zeros((max(64, 2 * row), len(centre.vector)), np.float32)
                if row:
                    grown[:row] = self._vectors[:row]
                self._vectors, self._squares = grown, np.resize(self._squares, len(grown))
            self._ids.append(centre.cluster_id)
            self._rows[centre.cluster_id] = row
        self._vectors[row] = centre.vector
        self._squares[row] = centre.vector @ centre.vector + centre.nearer

    def drop(self, cluster_id: str) -> None:
        """Take a cluster out; the last one takes its place."""
        row = self._rows.pop(cluster_id, None)
        if row is None:
            return
        last = self._ids.pop()
        if last != cluster_id:
            end = len(self._ids)
            self._ids[row], self._rows[last] = last, row
            self._vectors[row], self._squares[row] = self._vectors[end], self._squares[end]

    def nearest(self, of: Centre, count: int) -> list[tuple[str, float]]:
        """Return the nearest clusters with their distances as between single pictures, nearest first."""
        there = len(self._ids)
        if not there:
            return []
        vector = of.vector
        compared = self._squares[:there] - 2 * (self._vectors[:there] @ vector)
        rows = np.arange(there) if count >= there else np.argpartition(compared, count)[:count]
        distances = np.sqrt(np.maximum(0, compared[rows] + vector @ vector + of.nearer))
        found = [(self._ids[row], float(away)) for row, away in zip(rows.tolist(), distances, strict=True)]
        return sorted(found, key=lambda one: (one[1], one[0]))


Roots = Callable[[str], str]
"""Returns the cluster that one is part of."""


def joined(
    near: Sequence[tuple[str, float]], clusters: int, busy: Collection[str], roots: Roots
) -> str | None:
    """Return the cluster that a track joins, None where it founds one.

    `near` are clusters with distances, nearest first; `busy` are those, as roots, of whom somebody else is
    seen at the same time.
    """
    free = [(name, distance) for name, distance in near if roots(name) not in busy]
    if not free:
        return None
    nearest, distance = free[0]
    others = (away for name, away in free if roots(name) != roots(nearest))
    clear = next(others, np.inf) - distance >= CLEARLY
    return nearest if distance <= (FARTHEST if clear else near_by_itself(clusters)) else None


def roots_of(merged: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    """Return for each cluster of a table of mergers the one that all it hangs together with are part of.

    That is the one that is part of no other. People who decide at once can make several such, or mergers in a
    circle: then it is the first of them by id, whoever asks.
    """
    beside: dict[str, set[str]] = {name: set() for name in merged}
    for name, into in merged.items():
        for other in beside.keys() & into:
            beside[name].add(other)
            beside[other].add(name)
    found: dict[str, str] = {}
    for name in merged:
        if name in found:
            continue
        whole, wanted = {name}, {name}
        while wanted:
            wanted = {other for one in wanted for other in beside[one]} - whole
            whole |= wanted
        found |= dict.fromkeys(whole, min([one for one in whole if not whole & {*merged[one]}] or whole))
    return found


def best_to_learn_from(sightings: Sequence[Sighting], count: int) -> list[Sighting]:
    """Return large faces of different assets first, then of different shots: ten of one shot count as one."""
    by_asset: dict[str, list[Sighting]] = {}
    for one in sorted(sightings, key=lambda one: (-one.side, one.id)):
        by_asset.setdefault(one.asset_id, []).append(one)
    rounds = max((len(found) for found in by_asset.values()), default=0)
    ordered = [found[turn] for turn in range(rounds) for found in by_asset.values() if turn < len(found)]
    return ordered[:count]
