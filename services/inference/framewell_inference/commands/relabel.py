"""A leased job: name every stored face by a new identity model, then switch to it, whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from google.protobuf.duration_pb2 import Duration

from framewell.recognition.v1.recognition_pb2 import ClassTracks, RecognitionChanges, RecognitionUpdated
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.stored import ChunkPostings, Posting
from framewell_inference.ports.models import IdentityModel, IdentityModelRepository
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    PostingRepository,
    RecognitionChangeRepository,
)
from framewell_inference.steps.batches import batched
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.name_faces import NameFaces
from framewell_kit.clock import Clock
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class Relabel:
    """Write the posting set of a version from stored vectors and put the version in force.

    No picture is decoded. Readers see the old set until the switch and the new one from then on.
    Interrupted, it goes on where it stopped: postings that are there are not written again. Everything is
    read in batches, so memory does not grow with the number of chunks.
    """

    identities: IdentityModelRepository
    tracks: FaceTrackRepository
    postings: PostingRepository
    name_faces: NameFaces
    people: ErasePeople
    changes: RecognitionChangeRepository
    clock: Clock

    async def __call__(
        self, ref: ModelRef, revision: int, check_lease: Callable[[], None]
    ) -> RecognitionUpdated:
        """Re-label and switch. `check_lease` raises when another worker has taken the job over."""
        started = self.clock.monotonic()
        model = await self.identities.load(ref)
        # Chunks may be analysed meanwhile by a replica that does not know the version yet: look again
        # until a whole look finds nothing new.
        while await self._name_missing(model, check_lease):
            pass
        check_lease()
        previous = await self.identities.switch(ref, revision)
        duration = Duration()
        duration.FromMilliseconds(round((self.clock.monotonic() - started) * 1000))
        changes = await self._changes(previous, ref)
        message = changes.message()
        kept = await self.changes.keep(f"{ref}/{revision}", message)
        for class_id in await self.people.erased({one.class_id for one in message.classes if one.class_id}):
            await self.changes.forget_class(class_id)
        return RecognitionUpdated(
            model=model_version(model.ref),
            previous=model_version(previous) if previous else None,
            track_count=changes.after.total(),
            changed_track_count=changes.changed,
            changed_asset_count=len(changes.asset_ids),
            duration=duration,
            changes=kept,
        )

    async def _name_missing(self, model: IdentityModel, check_lease: Callable[[], None]) -> int:
        named = 0
        async for batch in batched(self.tracks.chunks(model.embedding)):
            known = await self.postings.of_chunks(model.ref, [stored.chunk_id for stored in batch])
            for stored in [stored for stored in batch if stored.chunk_id not in known]:
                check_lease()
                await self.name_faces.by_model(model, stored)
                named += 1
        return named

    async def _changes(self, previous: ModelRef | None, ref: ModelRef) -> _Changes:
        changes = _Changes()
        async for batch in batched(self.postings.chunks(ref)):
            ids = [chunk.chunk_id for chunk in batch]
            before = await self.postings.of_chunks(previous, ids) if previous else {}
            for chunk in batch:
                changes.compare(chunk, before.get(chunk.chunk_id, ()))
        if previous:
            async for chunk in self.postings.chunks(previous):
                changes.before.update(_class_of(posting) for posting in chunk.postings)
        return changes


@dataclass(slots=True)
class _Changes:
    """What a switch changed; grows with the number of classes and of changed assets."""

    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    asset_ids: set[str] = field(default_factory=set)

    def compare(self, chunk: ChunkPostings, before: Sequence[Posting]) -> None:
        """Count the tracks of a chunk by class, and those whose class is another than before."""
        classes = {posting.track: _class_of(posting) for posting in before}
        for posting in chunk.postings:
            class_id = _class_of(posting)
            self.after[class_id] += 1
            if class_id != classes.get(posting.track, ""):
                self.changed += 1
                self.asset_ids.add(chunk.asset_id)

    def message(self) -> RecognitionChanges:
        """Return all of it, in order of ids."""
        return RecognitionChanges(
            classes=[
                ClassTracks(class_id=class_id, before=self.before[class_id], after=self.after[class_id])
                for class_id in sorted({*self.before, *self.after})
            ],
            asset_ids=sorted(self.asset_ids),
        )


def _class_of(posting: Posting) -> str:
    return posting.identity.class_id or ""
