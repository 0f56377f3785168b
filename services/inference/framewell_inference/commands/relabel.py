"""A leased job: name every stored face by a new identity model, then switch to it, whole."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from google.protobuf.duration_pb2 import Duration

from framewell.recognition.v1.recognition_pb2 import ClassTracks, RecognitionChanges, RecognitionUpdated
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.postings import PostingSet, PostingTable
from framewell_inference.domain.tracks import FACES
from framewell_inference.domain.vectors import VectorSpace, VectorTable
from framewell_inference.ports.models import IdentityModel, IdentityModelRepository, RelabelQueue
from framewell_inference.ports.repositories import PostingRepository, RecognitionChangeRepository, Switch
from framewell_inference.ports.vectors import VectorIndex
from framewell_inference.steps.describe_archive import DescribeArchive
from framewell_inference.steps.erase_people import ErasePeople
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotFound, Rejected
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class Relabel:
    """Write the posting set of a version from the vectors that are searched, and put the version in force.

    The embedding that it reads is in force by the same switch: until then everything works in the space of
    the version before.
    No picture is decoded, and no document of a chunk is read. Readers see the old set until the switch and
    the new one from then on. Interrupted, it begins anew and comes to the same. Sets of versions before the
    last one are pruned afterwards. Tracks whose faces are all too small for a vector are nobody, not counted.
    """

    identities: IdentityModelRepository
    vectors: VectorIndex
    postings: PostingRepository
    people: ErasePeople
    changes: RecognitionChangeRepository
    describe: DescribeArchive
    queue: RelabelQueue
    clock: Clock

    async def __call__(
        self, ref: ModelRef, revision: int, cause: Cause, check_lease: Callable[[], None]
    ) -> RecognitionUpdated | None:
        """Re-label and switch; None, and nothing changes, where a newer revision was faster.

        `check_lease` raises when another worker has taken the job over. Raises NotYet while stored faces are
        not described by the embedding that the version reads.
        """
        started = self.clock.monotonic()
        if await self.identities.is_overtaken(ref.name, revision):
            return None
        model = await self.identities.load(ref)
        await self.describe.whole(model.embedding, f"{ref}/{revision}", cause)
        tables = await self._name_all(model, check_lease)
        check_lease()
        switched = await self.identities.switch(ref, revision, self.queue.ended)
        if switched is None:
            return None
        previous = switched.previous
        duration = Duration()
        duration.FromMilliseconds(round((self.clock.monotonic() - started) * 1000))
        before = await self.postings.kept(previous) if previous else PostingSet(())
        changes = await asyncio.to_thread(compared, before, tables)
        switch = Switch(model.ref, previous, self.clock.now(), duration.ToMilliseconds() / 1000)
        kept = await self.changes.keep(f"{ref}/{revision}", changes.message, switch)
        named = {one.class_id for one in changes.message.classes if one.class_id}
        for class_id in await self.people.erased(named):
            await self.changes.forget_class(class_id)
        in_use = {*await self.identities.candidates(), ref, *([previous] if previous else [])}
        await self.postings.prune(ref.name, in_use)
        return RecognitionUpdated(
            model=model_version(model.ref),
            previous=model_version(previous) if previous else None,
            track_count=sum(len(table) for table in tables),
            changed_track_count=changes.tracks,
            changed_asset_count=len(changes.message.asset_ids),
            duration=duration,
            changes=kept,
        )

    async def _name_all(self, model: IdentityModel, check_lease: Callable[[], None]) -> list[PostingTable]:
        """Write the decisions about every track.

        Chunks may be analysed meanwhile by a replica that does not know the version yet, and others taken
        away: it is looked again until a whole look finds nothing new.
        """
        space = VectorSpace(FACES, model.embedding)
        before = await self._in_force(model)
        tables, known = list[PostingTable](), set[str]()
        while new := [
            table
            for part in (await self.vectors.view(space)).parts
            if (table := _unknown(part.counted, known)) is not None
        ]:
            known |= {one.set_id for table in new for one in table.sets}
            tables += await self._decided(model, new, before, check_lease)
            tables = await self._without_erased(tables)
            await self.postings.write(model.ref, tables)
        there = {one.chunk_id for part in (await self.vectors.view(space)).parts for one in part.counted.sets}
        for asset_id, chunk_id in {chunk for table in tables for chunk in table.chunks}:
            if chunk_id not in there:
                await self.postings.forget(asset_id, chunk_id)
        await self._erase_again(tables)
        return list((await self.postings.kept(model.ref)).tables)

    async def _decided(
        self,
        model: IdentityModel,
        tables: Sequence[VectorTable],
        before: tuple[IdentityModel, PostingSet] | None,
        check_lease: Callable[[], None],
    ) -> list[PostingTable]:
        """Return the decisions about tables in their order; as many at once as there are cores."""
        at_once = asyncio.Semaphore(os.cpu_count() or 1)

        async def decide(table: VectorTable) -> PostingTable:
            async with at_once:
                check_lease()
                return await asyncio.to_thread(model.decide, table, before)

        return await asyncio.gather(*[decide(table) for table in tables])

    async def _in_force(self, model: IdentityModel) -> tuple[IdentityModel, PostingSet] | None:
        """Return the version in force with its postings, None where it cannot spare any work."""
        for ref in await self.identities.in_force():
            if ref.name == model.ref.name:
                try:
                    other = await self.identities.load(ref)
                except (NotFound, Rejected):
                    return None
                return (other, await self.postings.kept(ref)) if other.embedding == model.embedding else None
        return None

    async def _without_erased(self, tables: Sequence[PostingTable]) -> list[PostingTable]:
        """Return the tables without classes that were erased; tracks taken for them lose their vectors."""
        left = list(tables)
        erased = await self.people.erased(_classes(tables))
        for class_id in erased:
            for chunk in [chunk for table in left for chunk in table.taken_for(class_id)]:
                await self.people.of_tracks(chunk, class_id)
            left = [table.without_class(class_id) for table in left]
        if erased:
            await self.people.packing.purge()
        return left

    async def _erase_again(self, tables: Sequence[PostingTable]) -> None:
        """Erase classes whose tombstones came after they were looked for: now their postings are there."""
        for class_id in await self.people.erased(_classes(tables)):
            await self.people.of_class(class_id)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a switch changed."""

    message: RecognitionChanges
    tracks: int
    """Tracks whose class is another one."""


def compared(before: PostingSet, tables: Sequence[PostingTable]) -> Compared:
    """Return what changes from one set of postings to another; who is in the first one only is gone."""
    names = np.array([*before.together("names"), ""], dtype=object)
    assets, tracks = set[str](), 0
    for table in tables:
        changed = names[before.rows_of(table)] != table.names  # -1, of none, is the last: unknown
        tracks += int(changed.sum())
        assets |= {table.chunks[number][0] for number in np.unique(table.codes[changed]).tolist()}
    earlier, later = before.counts(), PostingSet(tuple(tables)).counts()
    classes = [
        ClassTracks(class_id=class_id, before=earlier[class_id], after=later[class_id])
        for class_id in sorted({*earlier, *later})
    ]
    return Compared(RecognitionChanges(classes=classes, asset_ids=sorted(assets)), tracks)


def _classes(tables: Sequence[PostingTable]) -> set[str]:
    return {name for table in tables for name in table.classes if name}


def _unknown(table: VectorTable, known: set[str]) -> VectorTable | None:
    """Return the sets of a table that are not known yet, None when all are."""
    numbers = [number for number, one in enumerate(table.sets) if one.set_id not in known]
    if len(numbers) == len(table.sets):
        return table if len(table) else None
    return table.keep(table.of_sets(numbers)) if numbers else None
