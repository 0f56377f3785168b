"""A leased job: put the face tracks into clusters that are in none yet, and finish what people decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from framewell_inference.commands.decide_clusters import DecideClusters
from framewell_inference.ports.clusters import ClusterQueue
from framewell_inference.ports.repositories import FaceTrackRepository
from framewell_inference.steps.keep_clusters import KeepClusters
from framewell_inference.steps.sum_due_clusters import SumDueClusters
from framewell_kit.outcomes import Outcome
from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class ClusterFaces:
    """The one writer of new sightings: turns of this job follow each other in the whole mesh.

    A chunk is noted as done after everything of it is written: interrupted, it is done again and comes to the
    same. What a chunk costs does not grow with the chunks that are done. One that fails holds up no other.
    """

    tracks: FaceTrackRepository
    keep: KeepClusters
    decide: DecideClusters
    queue: ClusterQueue
    sum_due: SumDueClusters

    async def __call__(self, turn: int, check_lease: Callable[[], None]) -> None:
        """Do all that waits, then raise the last error that a chunk ended with.

        `check_lease` raises when another worker has taken the job over.
        """
        while True:
            wanted, error = await self.queue.wanted(), None
            await self.decide.finish()
            async for stored in self.tracks.unclustered():
                check_lease()
                try:
                    await self.keep.chunk(stored)
                    await self.tracks.clustered(stored)
                except Outcome:
                    raise  # the database is away: so it is for all
                except Exception as failure:
                    log.exception("faces of a chunk are in no cluster", chunk=stored.chunk_id)
                    error = failure
            check_lease()
            await self.sum_due()
            if error is not None:
                raise error
            if await self.queue.done(turn, wanted):
                return
