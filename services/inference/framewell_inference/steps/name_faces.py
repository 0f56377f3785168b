"""Name the face tracks of one chunk by every identity model that is in force or about to be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from framewell_inference.domain.stored import StoredTracks
from framewell_inference.ports.models import IdentityModel, IdentityModelRepository
from framewell_inference.ports.repositories import FaceTrackRepository, PostingRepository
from framewell_kit.outcomes import NotFound, Rejected


@dataclass(frozen=True, slots=True)
class NameFaces:
    """Write the postings of a chunk that are missing. Repeating it changes nothing.

    Used when a chunk is analysed, when stored chunks are re-labelled, and when an asset is read whose
    chunk slipped between the two: whoever comes first writes, the others find it done. A promoted model
    that cannot be loaded is passed over: re-labelling reports it, and analysis goes on without it.
    """

    identities: IdentityModelRepository
    tracks: FaceTrackRepository
    postings: PostingRepository

    async def __call__(self, chunk_id: str) -> None:
        for ref in await self.identities.candidates():
            try:
                model = await self.identities.load(ref)
            except (NotFound, Rejected):
                continue
            stored = await self.tracks.chunk(chunk_id, model.embedding)
            if stored is not None:
                await self.by_model(model, stored)

    async def by_model(self, model: IdentityModel, stored: StoredTracks) -> None:
        """Write the postings of one chunk by one model, from its stored vectors."""
        vectors = await self.tracks.vectors(stored)
        decided = await asyncio.to_thread(model.identify, vectors, stored.tracks)
        await self.postings.post(model.ref, stored, decided)
