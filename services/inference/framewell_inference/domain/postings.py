"""Who the face tracks of many chunks are by one model version, in columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.identity import NOBODY, Identity, IdentityThresholds, Verdict
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkPostings, Posting
from framewell_inference.domain.track_decisions import NO_CLASS, Nearest
from framewell_inference.domain.vectors import Mask

VERDICTS: Final[tuple[Verdict, ...]] = ("unknown", "review", "known")
"""By the number that stands for each."""

UNKNOWN, REVIEW, KNOWN = range(len(VERDICTS))

assert set(VERDICTS) == set(get_args(Verdict))


@dataclass(frozen=True, eq=False)
class PostingTable:
    """One row a track; the tracks of a chunk follow each other, by number. Not changed once made.

    `codes` is the number of a row's chunk among `chunks`, (asset id, chunk id) each; `columns` that of its
    nearest class among `classes`, -1 for none.
    """

    chunks: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    codes: NDArray[np.int32]
    tracks: NDArray[np.int32]
    verdicts: NDArray[np.uint8]
    columns: NDArray[np.int32]
    distances: Float
    seconds: Float
    """Distance to the second class, infinite for none."""
    scores: Float

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def ranges(self) -> Mapping[str, tuple[int, int]]:
        """Return the rows of each chunk, from and to, by chunk id."""
        starts = np.searchsorted(self.codes, np.arange(len(self.chunks) + 1)).tolist()
        return {
            chunk_id: (starts[number], starts[number + 1]) for number, (_, chunk_id) in enumerate(self.chunks)
        }

    def postings(self, chunk_id: str) -> list[Posting]:
        """Return those of a chunk, none of one that is not there."""
        start, end = self.ranges.get(chunk_id, (0, 0))
        return [Posting(int(self.tracks[row]), self.identity(row)) for row in range(start, end)]

    def identity(self, row: int) -> Identity:
        """Return the decision about a row."""
        column = int(self.columns[row])
        if column == NO_CLASS:
            return NOBODY
        verdict, nearest = VERDICTS[self.verdicts[row]], self.classes[column]
        known = nearest if verdict == "known" else None
        return Identity(verdict, known, nearest, float(self.distances[row]), float(self.scores[row]))

    def of_class(self, class_id: str) -> Mask:
        """Return which rows name a class as their nearest, whatever the verdict."""
        numbers = [number for number, name in enumerate(self.classes) if name == class_id]
        rows: Mask = np.isin(self.columns, numbers)
        return rows

    def taken_for(self, class_id: str) -> list[ChunkPostings]:
        """Return, by chunk, the tracks that are known as one of a class, or of which that is asked."""
        rows = np.flatnonzero(self.of_class(class_id) & (self.verdicts != UNKNOWN)).tolist()
        found: dict[int, list[Posting]] = {}
        for row in rows:
            posting = Posting(int(self.tracks[row]), self.identity(row))
            found.setdefault(int(self.codes[row]), []).append(posting)
        return [ChunkPostings(*self.chunks[number], postings) for number, postings in found.items()]

    def without_class(self, class_id: str) -> PostingTable:
        """Return the table with nobody in the place of whoever is nearest to a class, and without its id."""
        rows = self.of_class(class_id)
        return replace(
            self,
            classes=tuple("" if name == class_id else name for name in self.classes),
            verdicts=np.where(rows, UNKNOWN, self.verdicts).astype(np.uint8),
            columns=np.where(rows, NO_CLASS, self.columns).astype(np.int32),
            distances=np.where(rows, 0, self.distances).astype(np.float32),
            scores=np.where(rows, 0, self.scores).astype(np.float32),
        )

    def without_chunks(self, numbers: Sequence[int]) -> PostingTable:
        """Return the table without the chunks of these numbers, and without their ids."""
        gone = set(numbers)
        left = [number for number in range(len(self.chunks)) if number not in gone]
        renumbered = np.full(len(self.chunks), -1, np.int32)
        renumbered[left] = np.arange(len(left), dtype=np.int32)
        kept = self.keep(~np.isin(self.codes, list(gone)))
        return replace(
            kept, chunks=tuple(self.chunks[number] for number in left), codes=renumbered[kept.codes]
        )

    def keep(self, rows: Mask) -> PostingTable:
        """Return the rows that are marked; chunks and classes keep their numbers."""
        return replace(
            self,
            codes=self.codes[rows],
            tracks=self.tracks[rows],
            verdicts=self.verdicts[rows],
            columns=self.columns[rows],
            distances=self.distances[rows],
            seconds=self.seconds[rows],
            scores=self.scores[rows],
        )

    def counts(self) -> Counter[str]:
        """Return how many tracks are known as each class; the empty one stands for unknown."""
        known = self.verdicts == KNOWN
        numbers, counts = np.unique(self.columns[known], return_counts=True)
        found = {self.classes[number]: count for number, count in zip(numbers, counts.tolist(), strict=True)}
        return Counter({name: count for name, count in (*found.items(), ("", int((~known).sum()))) if count})

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """Return the class that each track is known as; the empty one stands for unknown."""
        table = np.array([*self.classes, ""], dtype=object)
        found: NDArray[np.object_] = table[np.where(self.verdicts == KNOWN, self.columns, len(self.classes))]
        return found


@dataclass(frozen=True, slots=True)
class Decide:
    """Turn nearest classes into decisions: what `identify` does for one track."""

    thresholds: IdentityThresholds

    def __call__(
        self,
        chunks: tuple[tuple[str, str], ...],
        classes: tuple[str, ...],
        codes: NDArray[np.int32],
        tracks: NDArray[np.int32],
        nearest: Nearest,
    ) -> PostingTable:
        """Return the table of these tracks."""
        rule, distances = self.thresholds, nearest.distances
        with np.errstate(invalid="ignore"):  # two that are infinite: there is no class at all
            clear = nearest.seconds - distances >= np.float32(rule.margin)
        known = (distances <= np.float32(rule.hit)) & clear
        asked = distances <= np.float32(rule.review)
        there = nearest.columns != NO_CLASS
        finite = np.where(there, distances, 0).astype(np.float32)
        scores = np.where(there, np.maximum(0, 1 - finite / np.float32(2 * rule.hit)), 0)
        return PostingTable(
            chunks=chunks,
            classes=classes,
            codes=codes,
            tracks=tracks,
            verdicts=np.where(known, KNOWN, np.where(asked, REVIEW, UNKNOWN)).astype(np.uint8),
            columns=nearest.columns,
            distances=finite,
            seconds=nearest.seconds,
            scores=scores.astype(np.float32),
        )


def table_of(chunks: Sequence[ChunkPostings]) -> PostingTable:
    """Return a table of postings that were kept by chunk; the second class is not known of these."""
    rows = [
        (code, one)
        for code, chunk in enumerate(chunks)
        for one in sorted(chunk.postings, key=lambda one: one.track)
    ]
    classes = sorted({one.identity.nearest for _, one in rows if one.identity.nearest})
    numbers = {name: number for number, name in enumerate(classes)}
    decided = [one.identity for _, one in rows]
    return PostingTable(
        chunks=tuple((chunk.asset_id, chunk.chunk_id) for chunk in chunks),
        classes=tuple(classes),
        codes=np.array([code for code, _ in rows], np.int32),
        tracks=np.array([one.track for _, one in rows], np.int32),
        verdicts=np.array([VERDICTS.index(one.verdict) for one in decided], np.uint8),
        columns=np.array([numbers.get(one.nearest or "", NO_CLASS) for one in decided], np.int32),
        distances=np.array([one.distance for one in decided], np.float32),
        seconds=np.full(len(rows), np.nan, np.float32),
        scores=np.array([one.score for one in decided], np.float32),
    )


def all_taken(tables: Sequence[PostingTable]) -> PostingTable:
    """Return what tables took for somebody, each track once a class, as questions."""
    found: dict[tuple[str, str], dict[tuple[int, str], Posting]] = {}
    for table in tables:
        for row in np.flatnonzero(table.verdicts != UNKNOWN).tolist():
            identity, track = table.identity(row), int(table.tracks[row])
            assert identity.nearest is not None, "a verdict is about a class"
            asked = Identity("review", None, identity.nearest, identity.distance, identity.score)
            chunk = found.setdefault(table.chunks[int(table.codes[row])], {})
            chunk.setdefault((track, identity.nearest), Posting(track, asked))
    return table_of(
        [ChunkPostings(*names, list(postings.values())) for names, postings in sorted(found.items())]
    )


@dataclass(frozen=True, eq=False)
class PostingSet:
    """All that is kept of one model version; of a chunk that is in several tables the last one counts."""

    tables: tuple[PostingTable, ...]

    @cached_property
    def _places(self) -> Mapping[str, tuple[PostingTable, int, int, int]]:
        """Return table, first and last row, and first row in all tables together, by chunk id."""
        places, offset = dict[str, tuple[PostingTable, int, int, int]](), 0
        for table in self.tables:
            for chunk_id, (start, end) in table.ranges.items():
                places[chunk_id] = (table, start, end, offset + start)
            offset += len(table)
        return places

    def __contains__(self, chunk_id: str) -> bool:
        return chunk_id in self._places

    def together(self, column: str) -> NDArray[Any]:
        """Return a column of all tables together."""
        parts = [getattr(table, column) for table in self.tables]
        return np.concatenate(parts) if parts else np.zeros(0)

    def rows_of(self, table: PostingTable) -> NDArray[np.int64]:
        """Return for each track of a table its row in all tables together, -1 where it is in none."""
        rows = np.full(len(table), -1, np.int64)
        for chunk_id, (start, end) in table.ranges.items():
            if (place := self._places.get(chunk_id)) is None:
                continue
            mine, first, last, offset = place
            wanted, there = table.tracks[start:end], mine.tracks[first:last]
            if len(wanted) == len(there) and (wanted == there).all():
                rows[start:end] = np.arange(offset, offset + len(there))
                continue
            at = {int(number): offset + row for row, number in enumerate(there)}
            rows[start:end] = [at.get(int(number), -1) for number in wanted]
        return rows

    def counts(self) -> Counter[str]:
        """Return how many tracks are known as each class; the empty one stands for unknown."""
        return sum((table.counts() for table in self.tables), Counter[str]())
