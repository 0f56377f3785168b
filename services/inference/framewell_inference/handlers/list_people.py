"""Who was seen in an asset, by the identity models in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import Appearance, Person
from framewell.media.v1.media_pb2 import Moment
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.messages import box, model_version, span
from framewell_inference.domain.places import StoredTracks
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.handlers.name_faces import NameFaces
from framewell_inference.ports import IdentityCatalogue, PostingStore, TrackStore
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class _Named:
    identity: Identity
    model: ModelRef | None


@dataclass(frozen=True, slots=True)
class ListPeople:
    """Read the posting sets in force; a chunk that has none yet is named on the spot.

    With several identity models a track goes to the one that is surest; all unknown tracks together are
    one entry without a class.
    """

    embedding: ModelRef
    identities: IdentityCatalogue
    tracks: TrackStore
    postings: PostingStore
    name_faces: NameFaces

    async def __call__(self, asset_id: str) -> list[Person]:
        chunks = await self.tracks.chunks(self.embedding, asset_id=asset_id)
        named: dict[tuple[str, int], _Named] = {}
        for ref in await self.identities.in_force():
            for key, identity in (await self._identities(ref, asset_id, chunks)).items():
                best = named.get(key)
                if best is None or _rank(identity) > _rank(best.identity):
                    named[key] = _Named(identity, ref)
        return _people(chunks, named)

    async def _identities(
        self, ref: ModelRef, asset_id: str, chunks: Sequence[StoredTracks]
    ) -> dict[tuple[str, int], Identity]:
        model = await self.identities.load(ref)
        if model.embedding != self.embedding:
            return {}
        postings = await self.postings.of_asset(ref, asset_id)
        late = [stored for stored in chunks if stored.chunk_id not in postings]
        for stored in late:
            await self.name_faces.chunk(model, stored)
        if late:
            postings = await self.postings.of_asset(ref, asset_id)
        return {
            (chunk_id, posting.track): posting.identity
            for chunk_id, listed in postings.items()
            for posting in listed
        }


def _rank(identity: Identity) -> tuple[bool, float]:
    return identity.class_id is not None, identity.score


def _people(chunks: Sequence[StoredTracks], named: dict[tuple[str, int], _Named]) -> list[Person]:
    people: dict[str, Person] = {}
    for stored in chunks:
        for track in stored.tracks:
            found = named.get((stored.chunk_id, track.number), _Named(NOBODY, None))
            person = people.setdefault(found.identity.class_id or "", Person())
            person.class_id = found.identity.class_id or ""
            person.appearances.append(_appearance(stored, track, found.identity))
            if found.model is not None and found.identity.score >= person.score:
                person.model.CopyFrom(model_version(found.model))
            if found.identity.class_id:
                person.score = max(person.score, found.identity.score)
    for person in people.values():
        person.appearances.sort(key=lambda one: one.span.start_pts)
    return sorted(people.values(), key=lambda person: (not person.class_id, -person.score, person.class_id))


def _appearance(stored: StoredTracks, track: FaceTrack, identity: Identity) -> Appearance:
    return Appearance(
        span=span(track.stretch),
        moment=Moment(pts=track.moment[0], frame=track.moment[1]),
        box=box(track.box),
        score=identity.score,
        distance=identity.distance,
        observations=[f"{stored.chunk_id}#{name}" for name in track.observations],
    )
