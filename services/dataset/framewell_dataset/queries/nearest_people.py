"""Whose accepted samples look most like a sample: whom a reviewer is offered, and compares with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from framewell_dataset.domain.classes import DatasetClass
from framewell_dataset.domain.observations import NO_VECTORS, Vectors
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import SampleRepository, VectorRepository
from framewell_kit.clock import Clock

READ_AGAIN: Final = timedelta(seconds=30)
"""What was accepted less than so long ago may be missing among those who are offered."""

READ_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Near:
    """A class, how far its nearest accepted sample is, and which one that is."""

    named: DatasetClass
    distance: float
    sample_id: str


@dataclass(frozen=True, slots=True, eq=False)
class _Accepted:
    """The centroids of the accepted samples of a dataset in one space, one row a sample."""

    read_at: datetime
    class_ids: tuple[str, ...] = ()
    sample_ids: tuple[str, ...] = ()
    rows: Vectors = field(default_factory=lambda: NO_VECTORS)


@dataclass(slots=True)
class NearestPeople:
    """Compares a sample with the accepted ones of its dataset, which are kept in memory for half a minute.

    A class that was erased or merged meanwhile is found by nobody: names are read anew each time.
    """

    samples: SampleRepository
    vectors: VectorRepository
    classes: ClassRepository
    clock: Clock
    _read: dict[tuple[str, str], _Accepted] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, sample: Sample) -> Sequence[Near]:
        """Return the classes of its dataset, nearest first; none for a sample without a vector."""
        own = (await self.vectors.own([sample.sample_id])).get(sample.sample_id)
        if own is None or not len(own.rows):
            return []
        accepted = await self._accepted(sample.dataset_id, own.space)
        if not len(accepted.rows):
            return []
        distances = np.linalg.norm(accepted.rows - own.rows.mean(axis=0), axis=1)
        nearest: dict[str, tuple[float, str]] = {}
        for row in np.argsort(distances, kind="stable").tolist():
            if accepted.sample_ids[row] != sample.sample_id:
                here = float(distances[row]), accepted.sample_ids[row]
                nearest.setdefault(accepted.class_ids[row], here)
        known = {one.class_id: one for one in await self.classes.each(sorted(nearest))}
        return [
            Near(known[class_id], distance, sample_id)
            for class_id, (distance, sample_id) in nearest.items()
            if class_id in known and not known[class_id].merged_into
        ]

    async def _accepted(self, dataset_id: str, space: str) -> _Accepted:
        async with self._reading:
            kept, now = self._read.get((dataset_id, space)), self.clock.now()
            if kept is None or now - kept.read_at >= READ_AGAIN:
                kept = await self._read_anew(dataset_id, space, now)
                self._read[dataset_id, space] = kept
            return kept

    async def _read_anew(self, dataset_id: str, space: str, now: datetime) -> _Accepted:
        class_ids, sample_ids, rows = list[str](), list[str](), list[Vectors]()
        batch: list[Sample] = []

        async def take() -> None:
            vectors = await self.vectors.get([one.sample_id for one in batch], space)
            for one in batch:
                if len(found := vectors.get(one.sample_id, NO_VECTORS)):
                    class_ids.append(one.class_id)
                    sample_ids.append(one.sample_id)
                    rows.append(found.mean(axis=0))
            batch.clear()

        async for sample in self.samples.in_state(dataset_id, [State.ACCEPTED]):
            if sample.class_id:
                batch.append(sample)
            if len(batch) == READ_AT_ONCE:
                await take()
        await take()
        return _Accepted(now, tuple(class_ids), tuple(sample_ids), np.stack(rows) if rows else NO_VECTORS)
