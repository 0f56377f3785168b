"""Who face tracks are by the identity models in force; a chunk without postings is named on the spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.stored import StoredTracks
from framewell_inference.ports.models import IdentityModel, IdentityModelRepository
from framewell_inference.ports.repositories import PostingRepository
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.steps.name_faces import NameFaces
from framewell_models.manifest import ModelRef

TrackKey = tuple[str, int]
"""Chunk id and number of a track."""

Named = tuple[Identity, ModelRef | None]
"""A decision, and the model that made it; none where no model is in force."""


@dataclass(frozen=True, slots=True)
class NamesInForce:
    """Read the posting sets in force. With several identity models a track goes to the one that is surest.

    A track has the same number in every space, so that models of several embeddings may name it.
    """

    spaces: FaceSpaces
    identities: IdentityModelRepository
    postings: PostingRepository
    name_faces: NameFaces
    people: ErasePeople

    async def embedding(self) -> ModelRef:
        """Return the embedding in force: every chunk has its tracks in that space."""
        return (await self.spaces.follow()).in_force

    async def models(self) -> list[IdentityModel]:
        """Return the models in force."""
        return [await self.identities.load(ref) for ref in await self.identities.in_force()]

    async def __call__(
        self, models: Sequence[IdentityModel], tracks: Sequence[StoredTracks]
    ) -> Mapping[TrackKey, Named]:
        """Return who all tracks of these chunks are."""
        named: dict[TrackKey, Named] = {
            (stored.chunk_id, track.number): (NOBODY, None) for stored in tracks for track in stored.tracks
        }
        for model in models:
            for key, identity in (await self._identities(model, tracks)).items():
                best, decided_by = named[key]
                if decided_by is None or _rank(identity) > _rank(best):
                    named[key] = (identity, model.ref)
        return named

    async def _identities(
        self, model: IdentityModel, tracks: Sequence[StoredTracks]
    ) -> Mapping[TrackKey, Identity]:
        chunk_ids = [stored.chunk_id for stored in tracks]
        postings = await self.postings.of_chunks(model.ref, chunk_ids)
        late = [stored for stored in tracks if stored.chunk_id not in postings]
        for stored in late:
            await self.name_faces.in_chunk(model, stored)
        if late:
            postings = await self.postings.of_chunks(model.ref, chunk_ids)
        named = {one.identity.class_id for listed in postings.values() for one in listed}
        erased = await self.people.erased({class_id for class_id in named if class_id})
        there = {(stored.chunk_id, track.number) for stored in tracks for track in stored.tracks}
        return {
            (chunk_id, posting.track): NOBODY if posting.identity.class_id in erased else posting.identity
            for chunk_id, listed in postings.items()
            for posting in listed
            if (chunk_id, posting.track) in there
        }


def _rank(identity: Identity) -> tuple[bool, float]:
    return identity.class_id is not None, identity.score
