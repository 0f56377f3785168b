"""Stored faces or pictures nearest to one: an exact scan over the stored vectors."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from framewell.inference.v1.inference_service_pb2 import Neighbour
from framewell.media.v1.media_pb2 import ObservationRef
from framewell_contracts.identity import observation_chunk
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import StoredSet
from framewell_inference.ports.repositories import ObservationRepository
from framewell_kit.outcomes import NotFound, Rejected
from framewell_models.manifest import ModelRef

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class FindSimilar:
    """Return the nearest of all vectors of the analyser's current model, so that nothing is missed.

    Vectors of other models lie in another space and are left out. Time grows with the archive (one object
    is read for each chunk), memory does not. `spaces` maps analysers that make vectors to their models.
    """

    observations: ObservationRepository
    spaces: Mapping[str, ModelRef]

    async def __call__(self, analyser: str, query: Float, limit: int) -> list[Neighbour]:
        """Return the nearest stored observations, nearest first."""
        model = self.space(analyser)
        best: list[tuple[float, int, StoredSet, int]] = []
        wanted, number = min(limit or DEFAULT_LIMIT, LARGEST_LIMIT), 0
        async for stored in self.observations.with_vectors(analyser, model):
            number += 1
            vectors = await self.observations.vectors(stored)
            distances = np.linalg.norm(vectors - query, axis=1)
            for row in np.argsort(distances)[:wanted]:  # what is no number was erased, and comes last
                if not np.isfinite(distances[row]):
                    break
                entry = (-float(distances[row]), -number, stored, int(row))
                if len(best) < wanted:
                    heapq.heappush(best, entry)
                elif entry[0] > best[0][0]:
                    heapq.heapreplace(best, entry)
        return [await self._neighbour(entry) for entry in sorted(best, key=lambda entry: -entry[0])]

    async def of_observation(self, analyser: str, ref: ObservationRef) -> Float:
        """Return the vector of a stored observation. Raises NotFound, Rejected for what is no id of one."""
        model = self.space(analyser)
        try:
            chunk_id = observation_chunk(ref.asset_id, ref.observation_id)
        except ValueError as error:
            raise Rejected(str(error), code="bad_observation_id") from error
        stored = await self.observations.of_chunk(chunk_id, analyser, model)
        if stored is not None:
            for observation in (await self.observations.read(stored)).observations:
                if observation.id == ref.observation_id and observation.HasField("vector_row"):
                    vector: Float = (await self.observations.vectors(stored))[observation.vector_row]
                    return vector
        raise NotFound(
            f"asset {ref.asset_id!r} has no observation {ref.observation_id!r} with a vector of {model}"
        )

    def largest(self, findings: Sequence[Findings]) -> Float:
        """Return the vector of the largest face, or of the whole picture. Raises Rejected for none."""
        for found in findings:
            described = [one for one in found.observations if one.vector is not None]
            if found.vectors is not None and described:
                chosen = max(described, key=lambda one: one.box.width * one.box.height if one.box else 0.0)
                vector: Float = found.vectors[chosen.vector]
                return vector
        raise Rejected("nothing to compare was found in the picture", code="nothing_found")

    def space(self, analyser: str) -> ModelRef:
        """Return the model whose space an analyser's vectors lie in. Raises Rejected where it makes none."""
        model = self.spaces.get(analyser)
        if model is None:
            raise Rejected(f"analyser {analyser!r} makes no vectors; ask for {' or '.join(self.spaces)}")
        return model

    async def _neighbour(self, entry: tuple[float, int, StoredSet, int]) -> Neighbour:
        negative, _, stored, row = entry
        message = await self.observations.read(stored)
        observation = next(
            one for one in message.observations if one.HasField("vector_row") and one.vector_row == row
        )
        return Neighbour(asset_id=stored.asset_id, observation=observation, distance=-negative)
