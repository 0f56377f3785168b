"""rights.decided -> what may not be analysed any more goes; what may be again is asked for anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import RightsDecided
from framewell_inference.steps.analyse_by_rights import AnalyseByRights
from framewell_inference.steps.conclude_analysis import ConcludeAnalysis
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.rights_decisions import RightsDecisions


@dataclass(frozen=True, slots=True)
class FollowRights:
    """Keep the newest decision, then delete what was seen in passages that it withholds.

    An asset that had ended ends once more, without what went and with the reason. Redelivered, it finds
    nothing more to delete and sends the same facts.
    """

    rights: RightsDecisions
    by_rights: AnalyseByRights
    conclude: ConcludeAnalysis

    async def __call__(self, fact: RightsDecided, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.rights.keep(fact)
        await self.by_rights.withhold(fact.asset_id)
        facts = await self.conclude.without_withheld(fact.asset_id)
        permitted = await self.rights.outstanding(fact.asset_id)
        return facts if permitted is None else [*facts, permitted]
