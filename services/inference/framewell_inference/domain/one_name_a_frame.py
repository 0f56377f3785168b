"""Nobody is in a frame twice: of tracks that are taken for one person there, the nearest keeps the name.

The others become a question: a mirror, a screen in the studio or a split picture does show one person twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from framewell_inference.domain.identity import Identity
from framewell_inference.domain.postings import KNOWN, REVIEW, PostingTable
from framewell_inference.domain.vectors import NO_TRACK, VectorTable


def losing_names(distances: Sequence[float], frames: Sequence[Collection[int]]) -> list[int]:
    """Return which tracks of one person share a frame with a nearer one that keeps the name; ties keep order.

    `frames` are the start pts of the pictures in which each track has a face.
    """
    kept, losing = set[int](), list[int]()
    for at in sorted(range(len(distances)), key=lambda at: (distances[at], at)):
        if kept.isdisjoint(frames[at]):
            kept.update(frames[at])
        else:
            losing.append(at)
    return losing


def named_once(decided: Sequence[Identity], frames: Sequence[Collection[int]]) -> list[Identity]:
    """Return decisions about the tracks of a chunk in which nobody is named twice in one frame."""
    by_name: dict[str, list[int]] = {}
    for at, one in enumerate(decided):
        if one.class_id is not None:
            by_name.setdefault(one.class_id, []).append(at)
    found = list(decided)
    for places in by_name.values():
        for lost in losing_names([decided[at].distance for at in places], [frames[at] for at in places]):
            at = places[lost]
            found[at] = replace(decided[at], verdict="review", class_id=None)
    return found


def without_doubles(decided: PostingTable, faces: VectorTable) -> PostingTable:
    """Return `named_once` for the tracks of many chunks; `faces` are the vectors that were decided about."""
    rows = np.flatnonzero(faces.columns["track"] != NO_TRACK)
    posting = _postings_of(decided, faces, rows)
    known = decided.verdicts[posting] == KNOWN
    rows, posting = rows[known], posting[known]
    names = decided.codes[posting].astype(np.int64) * (len(decided.classes) + 1) + decided.columns[posting]
    starts = faces.columns["start_pts"][rows]
    order = np.lexsort((posting, starts, names))
    names, starts, posting = names[order], starts[order], posting[order]
    twice = (names[1:] == names[:-1]) & (starts[1:] == starts[:-1]) & (posting[1:] != posting[:-1])
    if not twice.any():
        return decided
    verdicts = decided.verdicts.copy()
    for name in np.unique(names[1:][twice]):
        begin, end = np.searchsorted(names, [name, name + 1])
        frames: dict[int, set[int]] = {}
        for track, start in zip(posting[begin:end].tolist(), starts[begin:end].tolist(), strict=True):
            frames.setdefault(track, set()).add(start)
        tracks = np.array(sorted(frames))
        lost = losing_names(decided.distances[tracks].tolist(), [frames[track] for track in tracks.tolist()])
        verdicts[tracks[lost]] = REVIEW
    return replace(decided, verdicts=verdicts)


def _postings_of(decided: PostingTable, faces: VectorTable, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row of `decided`, sorted by chunk and track, that each of these faces belongs to."""
    wanted = faces.codes[rows].astype(np.int64) << 32 | faces.columns["track"][rows]
    there = decided.codes.astype(np.int64) << 32 | decided.tracks
    found: NDArray[np.int64] = np.searchsorted(there, wanted)
    return found
