"""How long a chunk of a live programme is looked at, once analysis has fallen behind the programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class LiveBudget:
    """A live programme is looked at whole while analysis keeps up, and within a budget once it lags.

    `share` is seconds of analysis for a second of programme (0: no limit, ever); `lag_seconds` is how long
    a chunk may have waited since it was transcoded before the budget counts.
    """

    share: float
    lag_seconds: float
    clock: Clock

    def seconds(self, fact: ChunkTranscoded, transcoded_at: datetime) -> float | None:
        """Return the seconds in which a chunk is to be looked at, None for as long as it takes."""
        if fact.work.lane != LANE_LIVE or not self.share:
            return None
        waited = (self.clock.now() - transcoded_at).total_seconds()
        return self.share * _seconds(fact) if waited > self.lag_seconds else None


def _seconds(fact: ChunkTranscoded) -> float:
    """Return how long the chunk lasts."""
    base = fact.work.timeline.time_base
    return (fact.span.end_pts - fact.span.start_pts) * base.numerator / max(1, base.denominator)
