"""Vectors carried from one space to another: by row, never by distance.

Two embeddings describe the same faces row by row. A vector that was taken from one of the rows is therefore
found in the other space without comparing anything but its bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from framewell_dataset.domain.observations import Described, Vectors


def carried(own: Described, spaces: Sequence[Described]) -> Iterator[Described]:
    """Yield vectors in every other space that describes some of them; rows without numbers are not known yet.

    `spaces` are the same rows in several spaces, that of `own` among them or not.
    """
    table = next((one for one in spaces if one.space == own.space), None)
    if table is None:
        return
    places = {row.tobytes(): place for place, row in enumerate(_exact(table.rows))}
    found = [places.get(row.tobytes(), -1) for row in _exact(own.rows)]
    known = [row for row, place in enumerate(found) if place >= 0]
    if not known:
        return
    for other in spaces:
        if other.space != own.space:
            rows = np.full((len(found), other.rows.shape[1]), np.nan, np.float32)
            rows[known] = other.rows[[found[row] for row in known]]
            yield Described(other.space, rows)


def merged(before: Vectors, now: Vectors) -> Vectors:
    """Return rows as they are known now, those that are not as they were known before."""
    if before.shape != now.shape:
        return now
    known = np.isfinite(now).all(axis=1, keepdims=True)
    return np.where(known, now, before).astype(np.float32)


def published_in(
    spaces: Mapping[str, frozenset[str]], sample_ids: Iterable[str], newest: str
) -> tuple[str, ...]:
    """Return the spaces that a snapshot of these samples is published in, that of the newest sample first.

    `spaces` says which samples each describes; `newest` is the space the newest one was found in. A space
    counts when it describes them all. While none does, it is the one that describes most.
    """
    wanted = frozenset(sample_ids)
    if not wanted or not spaces:
        return ()
    order = sorted(spaces, key=lambda space: (space != newest, -len(spaces[space] & wanted), space))
    whole = [space for space in order if wanted <= spaces[space]]
    return tuple(whole) or (max(order, key=lambda space: len(spaces[space] & wanted)),)


def _exact(rows: Vectors) -> Vectors:
    return np.ascontiguousarray(rows, np.float32)
