"""What models saw in a chunk, read from the objects that its facts refer to (claim check).

Serialized ObservationSets, and vectors as Arrow IPC.
"""

import asyncio
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ObservationSet
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_dataset.domain.observations import (
    Caption,
    Described,
    FaceSeen,
    SeenInChunk,
    Vectors,
    captions_of,
    faces_of,
    space_of,
)
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import is_done
from framewell_kit.outcomes import NotFound

FACES, TEXT = "faces", "text"


@dataclass(frozen=True, slots=True)
class AnalysisObjects:
    """Reads objects whole: an index has a few hundred bytes a chunk, the others are of one chunk each."""

    objects: Objects

    async def index(self, ref: ObjectRef) -> AnalysisIndex:
        return AnalysisIndex.FromString(await self.objects.read(ref))

    async def seen(self, chunk: ChunkAnalysed) -> SeenInChunk:
        try:
            return await self._seen(chunk)
        except NotFound:  # withheld or erased since: there is nothing to be seen any more
            return SeenInChunk(chunk.index, chunk.frames, (), (), ())

    async def _seen(self, chunk: ChunkAnalysed) -> SeenInChunk:
        results = {result.analyser: result for result in chunk.results if is_done(result.outcome)}
        faces: tuple[FaceSeen, ...] = ()
        captions: tuple[Caption, ...] = ()
        models, spaces = [], tuple[Described, ...]()
        if FACES in results:
            observed, vectors = await self._observed(results[FACES]), await self._vectors(results[FACES])
            faces = faces_of(observed, vectors, chunk.index)
            models.append(results[FACES].model)
            if vectors is not None:
                spaces = await self._spaces(results[FACES], vectors)
        if TEXT in results:
            captions = captions_of(await self._observed(results[TEXT]), chunk.index)
            models.append(results[TEXT].model)
        return SeenInChunk(chunk.index, chunk.frames, faces, captions, tuple(models), spaces)

    async def _spaces(self, result: AnalyserResult, vectors: Vectors) -> tuple[Described, ...]:
        """Return the rows in their own space and in those beside it, of which there may be none."""
        beside = [
            Described(
                space_of(one.model), await asyncio.to_thread(read_vectors, await self._read(one.vectors))
            )
            for one in result.beside
        ]
        return (Described(space_of(result.model), vectors), *beside) if beside else ()

    async def _read(self, ref: ObjectRef) -> bytes:
        return await self.objects.read(ref)

    async def _observed(self, result: AnalyserResult) -> ObservationSet:
        return ObservationSet.FromString(await self.objects.read(result.observation_set))

    async def _vectors(self, result: AnalyserResult) -> Vectors | None:
        if not result.HasField("vectors"):
            return None
        return await asyncio.to_thread(read_vectors, await self.objects.read(result.vectors))


def read_vectors(data: bytes) -> Vectors:
    """Return [rows, dimensions] float32 of an Arrow IPC file with one fixed-size list column `vector`."""
    column = pyarrow.ipc.open_file(pa.BufferReader(data)).read_all().column("vector").combine_chunks()
    dimensions = column.type.list_size
    values = column.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(values, np.float32).reshape(-1, dimensions)
