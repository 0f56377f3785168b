"""Stored faces or pictures nearest to one: an exact scan over the stored vectors."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from framewell.inference.v1.inference_service_pb2 import Neighbour
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.places import StoredSet
from framewell_inference.ports import ObservationStore
from framewell_kit.outcomes import NotFound, Rejected
from framewell_models.manifest import ModelRef

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class FindSimilar:
    """Every vector of the analyser's current model is compared, so nothing is missed; other models'
    vectors lie in another space and are left out. `spaces` maps analysers that make vectors to models."""

    observations: ObservationStore
    spaces: Mapping[str, ModelRef]

    async def __call__(self, analyser: str, query: Float, limit: int) -> list[Neighbour]:
        """The nearest stored observations, nearest first."""
        model = self.space(analyser)
        best: list[tuple[float, int, StoredSet, int]] = []
        wanted = min(limit or DEFAULT_LIMIT, LARGEST_LIMIT)
        for number, stored in enumerate(await self.observations.with_vectors(analyser, model)):
            vectors = await self.observations.vectors(stored)
            distances = np.linalg.norm(vectors - query, axis=1)
            for row in np.argsort(distances)[:wanted]:
                entry = (-float(distances[row]), -number, stored, int(row))
                if len(best) < wanted:
                    heapq.heappush(best, entry)
                elif entry[0] > best[0][0]:
                    heapq.heapreplace(best, entry)
        return [await self._neighbour(entry) for entry in sorted(best, key=lambda entry: -entry[0])]

    async def of_observation(self, analyser: str, reference: str) -> Float:
        """The vector of a stored observation `<chunk id>#<observation id>`. Raises NotFound."""
        model = self.space(analyser)
        chunk_id, _, name = reference.rpartition("#")
        stored = await self.observations.of_chunk(chunk_id, analyser, model)
        if stored is not None:
            for observation in (await self.observations.read(stored)).observations:
                if observation.id == name and observation.vector_row >= 0:
                    vector: Float = (await self.observations.vectors(stored))[observation.vector_row]
                    return vector
        raise NotFound(f"no observation {reference!r} with a vector of {model} is stored")

    def largest(self, findings: Sequence[Findings]) -> Float:
        """The vector of the largest face, or of the whole picture. Raises Rejected when there is none."""
        for found in findings:
            described = [seen for seen in found.seen if seen.vector >= 0]
            if found.vectors is not None and described:
                chosen = max(
                    described, key=lambda seen: seen.box.width * seen.box.height if seen.box else 0.0
                )
                vector: Float = found.vectors[chosen.vector]
                return vector
        raise Rejected("nothing to compare was found in the picture", code="nothing_found")

    def space(self, analyser: str) -> ModelRef:
        model = self.spaces.get(analyser)
        if model is None:
            raise Rejected(f"analyser {analyser!r} makes no vectors; ask for {' or '.join(self.spaces)}")
        return model

    async def _neighbour(self, entry: tuple[float, int, StoredSet, int]) -> Neighbour:
        negative, _, stored, row = entry
        message = await self.observations.read(stored)
        observation = next(one for one in message.observations if one.vector_row == row)
        return Neighbour(
            asset_id=message.asset_id, chunk_id=stored.chunk_id, observation=observation, distance=-negative
        )
