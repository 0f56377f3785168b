"""Who is who among faces without a label: unnamed face tracks grouped into people, and copies of one shot.

Nobody has named a background face, which does not make it a stranger: it may be a known person not yet named.
It cannot be told from a stranger who looks alike, so all of them are judged as strangers, the near ones too,
with one exception that can be counted: somebody accepted may appear again, as one person among them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from framewell_training.domain.faces import BackgroundFaces, Mask, Photos, Vectors
from framewell_training.recipes.identity.heads import euclidean

Key = TypeVar("Key", bound=Hashable)

SAME_FACE = 0.52
"""Single photos nearer than this were of one person in 27 of 29 pairs, and in none of 1,003 pairs of two."""

SAME_PERSON = 0.42
"""So near that a chain of such faces is one person: two people were never nearer than .49."""

SAME_SHOT = 0.25
"""Copies of one picture, mirrored or regraded, lie within .20; other photos of a person from .33 on."""

ROWS = 512
"""Rows of a matrix of distances that are in memory at once."""


def people(background: BackgroundFaces) -> NDArray[np.int64]:
    """Return the number of the person each face track shows: the first row of its chain of near faces."""
    person = np.arange(len(background))

    def root(row: int) -> int:
        while person[row] != row:
            person[row] = person[person[row]]
            row = int(person[row])
        return row

    for row, near in _near(background.vectors, background.vectors, SAME_PERSON):
        for other in near:
            first, second = sorted((root(row), root(int(other))))
            person[second] = first
    return np.array([root(row) for row in range(len(background))], dtype=np.int64)


def in_doubt(photos: Photos, background: BackgroundFaces, person: NDArray[np.int64]) -> Mask:
    """Return which face tracks count for nothing, since they may be somebody accepted who appears again.

    At most one person for each class: the one with a face nearest to a photo of it, and nearer than
    `SAME_PERSON`. And one for each class and asset with an accepted photo of it: the one with a face there
    that is nearest to those photos, and nearer than `SAME_FACE`.
    """
    doubtful = {int(person[row]) for row in _nearest_to_each_class(photos, background)}
    there = rows_by(background.asset_ids)
    for (asset_id, _), rows in rows_by(zip(photos.asset_ids, photos.class_ids, strict=True)).items():
        if asset_id not in there:
            continue
        mean = photos.vectors[rows].mean(axis=0, keepdims=True)
        distances = euclidean(background.vectors[there[asset_id]], mean)[:, 0]
        nearest = int(distances.argmin())
        if distances[nearest] < SAME_FACE:
            doubtful.add(int(person[there[asset_id][nearest]]))
    return np.isin(person, sorted(doubtful))


def _nearest_to_each_class(photos: Photos, background: BackgroundFaces) -> set[int]:
    """Return the row of the face nearest to a photo of each class, where it is nearer than `SAME_PERSON`."""
    if not len(background) or not len(photos):
        return set()
    classes = rows_by(photos.class_ids)
    starts = np.cumsum([0, *(len(rows) for rows in classes.values())])[:-1]
    by_class = photos.vectors[[row for rows in classes.values() for row in rows]]
    nearest = np.concatenate(
        [
            np.minimum.reduceat(euclidean(background.vectors[start : start + ROWS], by_class), starts, axis=1)
            for start in range(0, len(background), ROWS)
        ]
    )
    rows, columns = nearest.argmin(axis=0), range(len(classes))
    return {int(rows[column]) for column in columns if nearest[rows[column], column] < SAME_PERSON}


def likely_members(background: BackgroundFaces, centroids: Vectors) -> Mask:
    """Return which face tracks are so near to a class that nothing may learn or calibrate from them.

    Learned as strangers they would push away the very person; they are judged as strangers all the same.
    """
    if not len(background):
        return np.zeros(0, dtype=np.bool_)
    near: Mask = euclidean(background.vectors, centroids).min(axis=1) < SAME_FACE
    return near


def copies(photos: Photos, judged: Mask, learned: Mask) -> Mask:
    """Return which of the judged photos prove nothing: copies of a learned photo, or of another judged one.

    Only photos of one class are compared. Of several copies the first counts.
    """
    found = np.zeros(len(photos), dtype=np.bool_)
    classes = np.array(photos.class_ids, dtype=object)
    for class_id in sorted({str(name) for name in classes[judged]}):
        mine = np.flatnonzero(judged & (classes == class_id))
        theirs = np.flatnonzero(learned & (classes == class_id))
        for row, near in _near(photos.vectors[mine], photos.vectors[theirs], SAME_SHOT):
            found[mine[row]] |= len(near) > 0
        for row, near in _near(photos.vectors[mine], photos.vectors[mine], SAME_SHOT):
            found[mine[row]] |= bool((near < row).any())
    return found


def rows_by(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """Return the rows of each key."""
    rows: dict[Key, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    return rows


def _near(vectors: Vectors, others: Vectors, distance: float) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield for each vector the rows of `others` nearer than `distance`."""
    if not len(others):
        return
    for start in range(0, len(vectors), ROWS):
        near = euclidean(vectors[start : start + ROWS], others) < distance
        for row, marks in enumerate(near):
            yield start + row, np.flatnonzero(marks)
