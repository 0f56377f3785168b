"""chunk.analysed -> a leased job that puts its face tracks into clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell_inference.domain.tracks import FACES
from framewell_inference.ports.clusters import ClusterQueue
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RequestClustering:
    """Ask once more for every chunk in which faces were seen. A redelivery asks again and changes nothing."""

    queue: ClusterQueue

    async def __call__(self, fact: ChunkAnalysed, cause: Cause) -> Sequence[Outgoing]:
        if any(one.analyser == FACES and one.observation_count for one in fact.results):
            await self.queue.request(cause)
        return []
