"""rights.decided → what may not be analysed any more goes; what may be again is asked for anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import RightsDecided
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.rights_decisions import RightsDecisions
from framewell_transcode.steps.make_for_analysis import MakeForAnalysis


@dataclass(frozen=True, slots=True)
class FollowRights:
    """Keep the newest decision, then delete the frames, scores and speech audio that it withholds.

    Redelivered, it finds nothing more to delete and sends the same fact.
    """

    rights: RightsDecisions
    for_analysis: MakeForAnalysis

    async def __call__(self, fact: RightsDecided, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.rights.keep(fact)
        await self.for_analysis.withhold(fact.asset_id)
        permitted = await self.rights.outstanding(fact.asset_id)
        return [] if permitted is None else [permitted]
