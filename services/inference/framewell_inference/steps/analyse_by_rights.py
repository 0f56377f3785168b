"""Before every look at an asset, and after what was seen is written: analysis must be allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from framewell.media.v1.media_pb2 import Work
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_inference.domain.stored import ChunkKey, StoredSet
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    ObservationRepository,
    PostingRepository,
)
from framewell_inference.ports.vectors import VectorPacking
from framewell_inference.steps.keep_clusters import KeepClusters
from framewell_kit.facts import Cause, Outgoing, by_content
from framewell_kit.object_references import ObjectReferences
from framewell_kit.rights_decisions import EVERYTHING, Interval, Passages, Permission, RightsDecisions

WITHHELD = "withheld"
"""Code of the outcome of what was not analysed for want of right; its detail is the decision's sentence."""

Look = Callable[[Permission], Awaitable[tuple[Sequence[Message], Passages]]]
"""Looks as far as it is permitted; returns its facts, and the passages that it left out."""


@dataclass(frozen=True, slots=True)
class AnalyseByRights:
    """Look by the newest rights decision, and take away what a newer one withholds.

    A decision is kept before anybody takes away what it withholds, and what was seen is noted (a set, tracks)
    before the decision is read again. So either those who take away find it, or it is found here.
    """

    rights: RightsDecisions
    observations: ObservationRepository
    tracks: FaceTrackRepository
    postings: PostingRepository
    references: ObjectReferences
    packing: VectorPacking
    clusters: KeepClusters

    async def __call__(
        self, work: Work, chunk_id: str, revision: int, look: Look, cause: Cause
    ) -> Sequence[Outgoing]:
        """Return the facts of a look at a chunk (empty: the sound), and what a decision newly permits.

        A redelivery after a decision or an erasure may see something else: that is another event.
        Raises NotYet while no decision of this revision or a later one is known, and what `look` raises.
        """
        asset_id = work.asset_id
        while True:
            decided = await self.rights.waited_for(asset_id, revision)
            permission = decided.permission(PURPOSE_ANALYSIS)
            facts, left_out = await look(permission)
            if left_out:
                passages = left_out if permission.allowed else EVERYTHING
                await self.rights.leave_out(asset_id, work.generation, passages)
            withheld = await self._withheld(asset_id)
            too_much = [
                one for one in await self.observations.sets_of(asset_id, chunk_id) if one.shows(withheld)
            ]
            if not too_much:
                break
            await self._take_away(too_much)
        events = [by_content(fact, cause.id) for fact in facts]
        permitted = await self.rights.outstanding(asset_id)
        return events if permitted is None else [*events, permitted]

    async def withhold(self, asset_id: str) -> bool:
        """Take away what was seen in passages that the newest decision withholds; return whether any was.

        A set goes as a whole. What goes is noted before, so that it is made again once that is permitted.
        """
        withheld = await self._withheld(asset_id)
        if not withheld:
            return False
        too_much = [one async for one in self.observations.sets(asset_id) if one.shows(withheld)]
        lost: dict[int, list[Interval]] = defaultdict(list)
        for one in too_much:
            lost[one.generation] += one.looked_at.intervals
        for generation, intervals in lost.items():
            passages = EVERYTHING if withheld == EVERYTHING else Passages.of(intervals)
            await self.rights.leave_out(asset_id, generation, passages)
        await self._take_away(too_much)
        if withheld == EVERYTHING:
            await self.tracks.forget(asset_id)
            await self.clusters.without_asset(asset_id)
            await self.postings.forget(asset_id)
            await self.references.release(asset_id)
        return bool(too_much)

    async def may_hear(self, key: ChunkKey, made_by: int) -> bool:
        """Return whether a sound may be listened to that was made by the decision of that revision.

        What that decision withheld is silent in it; by any other the passages are not known to be.
        """
        decided = await self.rights.of(key.asset_id)
        made_by_this = decided is not None and decided.revision == made_by
        return bool(key.looked_at) and (not key.withheld or made_by_this)

    async def permission(self, asset_id: str) -> Permission | None:
        """Return what the newest decision says of analysis, None while there is none."""
        decided = await self.rights.of(asset_id)
        return None if decided is None else decided.permission(PURPOSE_ANALYSIS)

    async def _withheld(self, asset_id: str) -> Passages:
        permission = await self.permission(asset_id)
        return EVERYTHING if permission is None else permission.withheld

    async def _take_away(self, sets: Sequence[StoredSet]) -> None:
        """Delete sets, with the tracks and names of their chunks; tracks first: whoever names reads them."""
        for asset_id, chunk_id in dict.fromkeys((one.asset_id, one.chunk_id) for one in sets):
            await self.tracks.forget(asset_id, chunk_id)
            await self.clusters.without_asset(asset_id, chunk_id)
            await self.postings.forget(asset_id, chunk_id)
        for one in sets:
            await self.observations.drop(one)
        await self.packing.purge()
