"""Name the face tracks of one chunk by every identity model that is in force or about to be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from framewell_inference.domain.identity import NOBODY
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkPostings, Posting, StoredTracks
from framewell_inference.ports.models import IdentityModel, IdentityModelRepository
from framewell_inference.ports.repositories import FaceTrackRepository, PostingRepository
from framewell_inference.steps.erase_people import ErasePeople
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
    people: ErasePeople

    async def __call__(self, chunk_id: str) -> None:
        for ref in await self.identities.candidates():
            try:
                model = await self.identities.load(ref)
            except (NotFound, Rejected):
                continue
            stored = await self.tracks.chunk(chunk_id, model.embedding)
            if stored is not None:
                await self.by_model(model, stored)

    async def in_chunk(self, model: IdentityModel, stored: StoredTracks) -> None:
        """Write the postings of one chunk by one model, whichever space its tracks were read in."""
        mine: StoredTracks | None = stored
        if stored.embedding != model.embedding:
            mine = await self.tracks.chunk(stored.chunk_id, model.embedding)
        if mine is not None:
            await self.by_model(model, mine)

    async def by_model(self, model: IdentityModel, stored: StoredTracks) -> None:
        """Write the postings of one chunk by one model, from its stored vectors.

        A class that was erased is never named, and tracks taken for it lose their vectors. Whoever takes a
        chunk away deletes its tracks before its postings: tracks that went meanwhile get none.
        """
        found = await self._vectors(model, stored)
        if found is None:
            return
        stored, vectors = found
        decided = await asyncio.to_thread(model.identify, vectors, stored.tracks)
        named = {class_id for one in decided for class_id in one.classes}
        erased = await self.people.erased(named)
        await self.postings.post(
            model.ref, stored, [NOBODY if one.classes & erased else one for one in decided]
        )
        for class_id in erased:
            taken = [Posting(track.number, one) for track, one in zip(stored.tracks, decided, strict=True)]
            await self.people.of_tracks(ChunkPostings(stored.asset_id, stored.chunk_id, taken), class_id)
        if erased:
            await self.people.packing.purge()
        for class_id in await self.people.erased(named - erased):
            await self.people.of_class(class_id)
        if await self.tracks.chunk(stored.chunk_id, stored.embedding) is None:
            await self.postings.forget(stored.asset_id, stored.chunk_id)

    async def _vectors(self, model: IdentityModel, stored: StoredTracks) -> tuple[StoredTracks, Float] | None:
        """Return the tracks as they are now with their vectors, None when they were taken away."""
        while True:
            try:
                return stored, await self.tracks.vectors(stored)
            except NotFound:
                now = await self.tracks.chunk(stored.chunk_id, model.embedding)
                if now is None or now.vectors_key == stored.vectors_key:
                    return None
                stored = now
