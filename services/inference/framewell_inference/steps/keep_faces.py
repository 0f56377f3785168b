"""Keep the faces of a chunk: one set of observations, and its vectors in the space of every embedding.

The first look leaves the set, its face tracks and names. What other embeddings make of the same faces is laid
beside it: the same observations, ordinals and track numbers, other vectors. So who a track is does not
depend on the space, and a chunk that was described in one space before another was in force has both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, VectorsBeside
from framewell_contracts.sentences import say
from framewell_inference.domain.face_spaces import described_rows, laid_beside, rows_of
from framewell_inference.domain.forgetting import NOBODY_IS_FORGOTTEN, Forgotten
from framewell_inference.domain.messages import findings_of
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey, StoredSet
from framewell_inference.domain.tracks import FACES, face_tracks
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    ObservationRepository,
    PostingRepository,
)
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.steps.name_faces import NameFaces
from framewell_kit.outcomes import NotFound, NotYet
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class KeepFaces:
    """Keep findings of `faces` in every space there is a vector in. Repeating it changes nothing."""

    observations: ObservationRepository
    tracks: FaceTrackRepository
    postings: PostingRepository
    name_faces: NameFaces
    spaces: FaceSpaces

    async def __call__(
        self, found: Findings, key: ChunkKey, forgotten: Forgotten, *, look: str = ""
    ) -> AnalyserResult:
        """Return the result of the chunk's own set, with the vectors beside it.

        Raises NotYet while somebody rewrites what is kept of the chunk.
        """
        own = await self._own(key)
        if own is None or own.model == found.model:
            # What a set alone would give again lacks the vectors beside it: then it is looked at again.
            result = await self.observations.keep(found, key, forgotten, look="" if found.beside else look)
            if await self.tracks.keep(key, result, face_tracks(found)):
                await self.postings.forget(key.asset_id, key.chunk_id)
            others = found.beside
        else:
            kept = await self._read(own)
            result = await self._result(own)
            assert found.vectors is not None
            others = {found.model: found.vectors, **found.beside}
            others = {
                model: rows_of(kept, Findings(found.analyser, model, found.observations, vectors))
                for model, vectors in others.items()
            }
        for model, vectors in others.items():
            await self._lay_beside(model, vectors, key)
        await self._drop_older(key)
        result.beside.extend(await self._beside(key))
        await self.name_faces(key.chunk_id)
        await self._require_every_space(key)
        return result

    async def _require_every_space(self, key: ChunkKey) -> None:
        """Raise NotYet where a space is asked for by now that the chunk was not described in.

        An identity model is known before what is stored is named by it: either it is known here, or the chunk
        is found there.
        """
        now = await self.spaces.follow()
        there = {one.model for one in await self._sets(key)}
        late = [ref for ref in (now.in_force, *now.beside) if ref not in there and self.spaces.alone(ref)]
        if there and late:
            raise NotYet(
                say(
                    "faces_not_described",
                    "faces of chunk {chunk_id} are not described by {late} yet",
                    chunk_id=key.chunk_id,
                    late=late[0],
                ),
                0.1,
            )

    async def _lay_beside(self, model: ModelRef, vectors: Float, key: ChunkKey) -> None:
        """Keep the vectors beside the chunk's own set as that stands.

        Whoever takes vectors or the set away looks again afterwards for what is beside it; here it is looked
        after writing whether the own set has changed since. So what is gone in one space is gone in all.
        """
        while (own := await self._own(key)) is not None:
            beside = laid_beside(await self._read(own), model, vectors)
            result = await self.observations.keep(beside, key, NOBODY_IS_FORGOTTEN, beside=True)
            await self.tracks.keep(key, result, face_tracks(beside))
            await self._take_away(model, beside, key)
            now = await self._own(key)
            if now is not None and now.vectors_key == own.vectors_key:
                return
        for one in await self._sets(key):
            if one.beside:
                await self.tracks.forget(key.asset_id, key.chunk_id)
                await self.observations.drop(one)

    async def _drop_older(self, key: ChunkKey) -> None:
        """Delete what an earlier generation left in spaces that this one is not described in."""
        for one in await self.observations.sets_of(key.asset_id, key.chunk_id):
            if one.analyser == FACES and one.generation < key.generation:
                tracks = await self.tracks.chunk(key.chunk_id, one.model)
                if tracks is not None and tracks.vectors_key == one.vectors_key:
                    await self.tracks.drop(tracks)
                await self.observations.drop(one)

    async def _take_away(self, model: ModelRef, beside: Findings, key: ChunkKey) -> None:
        """Take the vectors away that are kept of a space and must not be there any more."""
        stored = await self.observations.of_chunk(key.chunk_id, FACES, model)
        tracks = await self.tracks.chunk(key.chunk_id, model)
        if stored is None or tracks is None or beside.vectors is None:
            return
        blank = ~described_rows(beside.vectors)
        kept = described_rows(await self.observations.vectors(stored))
        if len(kept) != len(blank) or not (rows := set(np.flatnonzero(blank & kept).tolist())):
            return
        await self.observations.without_vectors(key.chunk_id, model, rows)
        numbers = {track.number for track in tracks.tracks if rows.intersection(track.rows)}
        await self.tracks.without_vectors(tracks, numbers)

    async def _sets(self, key: ChunkKey) -> list[StoredSet]:
        return [
            one
            for one in await self.observations.sets_of(key.asset_id, key.chunk_id)
            if one.analyser == FACES and one.generation == key.generation
        ]

    async def _own(self, key: ChunkKey) -> StoredSet | None:
        """Return the set that the first look at the chunk left."""
        return next((one for one in await self._sets(key) if not one.beside), None)

    async def _result(self, own: StoredSet) -> AnalyserResult:
        try:
            return await self.observations.result_of(own)
        except NotFound as missing:
            raise _changing(own) from missing

    async def _beside(self, key: ChunkKey) -> Sequence[VectorsBeside]:
        sets = await self._sets(key)
        try:
            return await self.observations.beside(sets)
        except NotFound as missing:
            raise _changing(sets[0]) from missing

    async def _read(self, stored: StoredSet) -> Findings:
        try:
            found = findings_of(await self.observations.read(stored), await self.observations.vectors(stored))
        except NotFound as missing:
            raise _changing(stored) from missing
        assert found is not None, "no face is ever taken out of a set"
        return found


def _changing(stored: StoredSet) -> NotYet:
    return NotYet(say("faces_busy", "the faces {faces} are being changed by somebody else", faces=stored.id))
