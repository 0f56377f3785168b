"""The rule of `domain/identity` for many tracks at once: nearest and second class by medians over faces.

No table of medians is made. A median is never below the least of its values, so a class whose nearest face
lies beyond the medians of two others is neither nearest nor second: few classes of a track are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.identity import USABLE_SIDE
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.vectors import NO_TRACK, VectorTable

Numbers = NDArray[np.int64]

NO_CLASS: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """The tracks of a table: `rows` are the faces that count, those of a track together, from `starts` on.

    A track is `numbers` of the set `codes`.
    """

    rows: Numbers
    starts: Numbers
    codes: NDArray[np.int32]
    numbers: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Numbers:
        """Return how many faces each track has."""
        return np.diff(self.starts, append=len(self.rows))

    def pieces(self, rows: int) -> list[tuple[int, int]]:
        """Return ranges of tracks, each of at most so many faces or of one track."""
        cuts, begin = list[tuple[int, int]](), 0
        ends = self.starts + self.lengths
        while begin < len(self):
            end = int(np.searchsorted(ends, self.starts[begin] + rows, side="right"))
            cuts.append((begin, max(end, begin + 1)))
            begin = cuts[-1][1]
        return cuts


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest class of each track, its distance, and that of the second; infinite where there is none."""

    columns: NDArray[np.int32]
    distances: Float
    seconds: Float

    @staticmethod
    def none(tracks: int) -> Nearest:
        """Return that no class is near."""
        far = np.full(tracks, np.inf, np.float32)
        return Nearest(np.full(tracks, NO_CLASS, np.int32), far, far)

    def or_nearer(self, other: Nearest) -> Nearest:
        """Return the nearer of two classes of each track, and the second among all four; ties keep mine."""
        theirs = other.distances < self.distances
        loser = np.where(theirs, self.distances, other.distances)
        seconds = np.minimum(loser, np.where(theirs, other.seconds, self.seconds))
        return Nearest(
            np.where(theirs, other.columns, self.columns).astype(np.int32),
            np.minimum(self.distances, other.distances),
            seconds.astype(np.float32),
        )


def tracks_of(table: VectorTable) -> Tracks:
    """Return the face tracks of a table; small faces of a track count only when it has no larger ones."""
    track, side = table.columns["track"], table.columns["side"]
    rows = np.flatnonzero(track != NO_TRACK)
    rows = rows[np.lexsort((track[rows], table.codes[rows]))]
    large = side[rows] >= USABLE_SIDE
    starts = _starts(table, rows)
    if len(rows):
        some_large = np.logical_or.reduceat(large, starts)
        lengths = np.diff(starts, append=len(rows))
        rows = rows[large | ~np.repeat(some_large, lengths)]
        starts = _starts(table, rows)
    first = rows[starts]
    return Tracks(rows, starts, table.codes[first], track[first])


def _starts(table: VectorTable, rows: Numbers) -> Numbers:
    codes, tracks = table.codes[rows], table.columns["track"][rows]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (codes[1:] != codes[:-1]) | (tracks[1:] != tracks[:-1])
    return np.flatnonzero(new)


def nearest_classes(squares: Float, starts: Numbers) -> Nearest:
    """Return nearest and second class by the median over the faces of each track.

    `squares` are squared distances [faces, classes], the faces of a track together from `starts` on.
    """
    classes = squares.shape[1]
    if not classes or not len(starts):
        return Nearest.none(len(starts))
    least = _least(squares, starts)
    every = np.arange(len(starts))
    first = least.argmin(axis=1)
    if classes == 1:
        medians = _medians(squares, starts, every, first)
        return Nearest(first.astype(np.int32), medians, np.full(len(starts), np.inf, np.float32))
    kept = least[every, first].copy()
    least[every, first] = np.inf
    second = least.argmin(axis=1)
    least[every, first] = kept
    bound = np.maximum(_medians(squares, starts, every, first), _medians(squares, starts, every, second))
    near = least <= np.square(bound * np.float32(1.000001))[:, None]
    near[every, first] = near[every, second] = True
    tracks, columns = np.nonzero(near)
    medians = _medians(squares, starts, tracks, columns)
    order = np.lexsort((columns, medians, tracks))
    tracks, columns, medians = tracks[order], columns[order], medians[order]
    heads = np.searchsorted(tracks, every)
    return Nearest(columns[heads].astype(np.int32), medians[heads], medians[heads + 1])


def _least(squares: Float, starts: Numbers) -> Float:
    """Return the least value of each track and class, [tracks, classes].

    Face by face over all tracks that have so many: ten times as fast as `numpy.minimum.reduceat`.
    """
    lengths = np.diff(starts, append=len(squares))
    least = squares[starts]
    for face in range(1, int(lengths.max(initial=0))):
        more = np.flatnonzero(lengths > face)
        least[more] = np.minimum(least[more], squares[starts[more] + face])
    return least


def _medians(squares: Float, starts: Numbers, tracks: Numbers, columns: Numbers) -> Float:
    """Return the median distance of these tracks to these classes, one a pair."""
    lengths = np.diff(starts, append=len(squares))[tracks]
    pair = np.repeat(np.arange(len(tracks)), lengths)
    begins = np.cumsum(lengths) - lengths
    rows = np.arange(len(pair)) - np.repeat(begins - starts[tracks], lengths)
    values = squares[rows, columns[pair]]
    values = values[np.lexsort((values, pair))]
    low, high = values[begins + (lengths - 1) // 2], values[begins + lengths // 2]
    medians: Float = (0.5 * (np.sqrt(low) + np.sqrt(high))).astype(np.float32)
    return medians
