"""What was seen at later looks, added to what the first look at a chunk or a sound came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell_inference.domain.messages import model_ref
from framewell_inference.domain.stored import StoredSet
from framewell_inference.domain.tracks import FACES
from framewell_inference.ports.repositories import ObservationRepository
from framewell_kit.outcome_messages import done, is_done
from framewell_kit.outcomes import NotFound
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class AddLaterLooks:
    """Reads the sets that are kept, so whoever asks, in whatever order looks came, gets the same."""

    observations: ObservationRepository

    async def to_asset(
        self,
        asset_id: str,
        generation: int,
        chunks: Sequence[ChunkAnalysis],
        sound: AudioAnalysed,
        revision: int,
    ) -> None:
        """Add to the chunks and the sound of an asset what of this generation is kept and not in them."""
        kept = defaultdict[str, list[StoredSet]](list)
        async for stored in self.observations.sets(asset_id):
            if stored.generation == generation:
                kept[stored.chunk_id].append(stored)
        for chunk in chunks:
            await self._to_chunk(chunk, kept[chunk.chunk_id], revision)
        if await self._add(sound, kept[""]):
            sound.outcome.CopyFrom(done())

    async def to_chunk(self, asset_id: str, generation: int, chunk: ChunkAnalysis, revision: int) -> None:
        """Add to one chunk what of this generation is kept and not in it."""
        sets = await self.observations.sets_of(asset_id, chunk.chunk_id)
        await self._to_chunk(chunk, [one for one in sets if one.generation == generation], revision)

    async def _to_chunk(self, chunk: ChunkAnalysis, sets: Sequence[StoredSet], revision: int) -> None:
        added = await self._add(chunk, [one for one in sets if not one.beside])
        if added:
            chunk.outcome.CopyFrom(done())
        if await self._lay_beside(chunk, sets) or added:
            chunk.revision = revision

    async def _lay_beside(self, chunk: ChunkAnalysis, sets: Iterable[StoredSet]) -> bool:
        """Add the vectors of further embeddings to the result of faces; return whether that changed it."""
        try:
            beside = await self.observations.beside(sets)
        except NotFound:  # taken away, or changed, since
            return False
        for result in chunk.results:
            if result.analyser == FACES and is_done(result.outcome) and list(result.beside) != list(beside):
                del result.beside[:]
                result.beside.extend(beside)
                return True
        return False

    async def _add(self, part: ChunkAnalysis | AudioAnalysed, sets: Iterable[StoredSet]) -> bool:
        """Add the results of sets, in the place of failed ones; return whether there were any."""
        there = {look_of(result) for result in part.results if is_done(result.outcome)}
        missing = sorted(
            (one for one in sets if (one.analyser, one.model) not in there),
            key=lambda one: (one.analyser, one.model.name, one.model.version),
        )
        added = []
        for stored in missing:
            try:
                added.append(await self.observations.result_of(stored))
            except NotFound:  # taken away since
                continue
        seen = {look_of(one) for one in added}
        made_up = {one.analyser for one in added}
        left = [
            one
            for one in part.results
            if is_done(one.outcome) or not (look_of(one) in seen or one.analyser in made_up)
        ]
        del part.results[:]
        part.results.extend([*left, *added])
        return bool(added)


def looks_of(result: AnalyserResult) -> list[tuple[str, ModelRef]]:
    """Return which analyser looked, and with which models, further embeddings among them."""
    return [look_of(result), *((result.analyser, model_ref(one.model)) for one in result.beside)]


def look_of(result: AnalyserResult) -> tuple[str, ModelRef]:
    """Return which analyser looked, and with which model."""
    return result.analyser, model_ref(result.model)
