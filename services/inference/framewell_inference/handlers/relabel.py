"""A leased job: name every stored face by a new identity model, then switch to it, whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from framewell.recognition.v1.recognition_pb2 import ClassTracks, RecognitionUpdated
from framewell_inference.domain.messages import model_version
from framewell_inference.handlers.name_faces import NameFaces
from framewell_inference.ports import IdentityCatalogue, PostingStore, TrackStore
from framewell_kit.clock import Clock
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class Relabel:
    """Write the posting set of a version from stored vectors and put the version in force.

    No picture is decoded. Readers see the old set until the switch and the new one from then on.
    Interrupted, it goes on where it stopped: postings that are there are not written again.
    """

    identities: IdentityCatalogue
    tracks: TrackStore
    postings: PostingStore
    name_faces: NameFaces
    clock: Clock

    async def __call__(
        self, ref: ModelRef, revision: int, still_ours: Callable[[], None]
    ) -> RecognitionUpdated:
        """Re-label and switch. `still_ours` raises when another worker has taken the job over."""
        started = self.clock.monotonic()
        model = await self.identities.load(ref)
        # Chunks may be analysed meanwhile by a replica that does not know the version yet: look again
        # until a whole look finds nothing new.
        while await self._name_missing(ref, still_ours):
            pass
        still_ours()
        previous = await self.identities.switch(ref, revision)
        before = await self.postings.classes(previous) if previous else {}
        after = await self.postings.classes(ref)
        changed = {key for key, class_id in after.items() if class_id != before.get(key, "")}
        return RecognitionUpdated(
            name=ref.name,
            model=model_version(model.ref),
            previous=model_version(previous) if previous else None,
            tracks=len(after),
            changed=len(changed),
            classes=_per_class(before.values(), after.values()),
            seconds=self.clock.monotonic() - started,
            asset_ids=sorted({key.asset_id for key in changed}),
        )

    async def _name_missing(self, ref: ModelRef, still_ours: Callable[[], None]) -> int:
        model = await self.identities.load(ref)
        known = await self.postings.known_chunks(ref)
        missing = [one for one in await self.tracks.chunks(model.embedding) if one.chunk_id not in known]
        for stored in missing:
            still_ours()
            await self.name_faces.chunk(model, stored)
        return len(missing)


def _per_class(before: Iterable[str], after: Iterable[str]) -> list[ClassTracks]:
    old, new = Counter(before), Counter(after)
    return [
        ClassTracks(class_id=class_id, before=old[class_id], after=new[class_id])
        for class_id in sorted({*old, *new})
    ]
