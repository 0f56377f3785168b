"""What is stated about an asset now, and what the house decides from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import RightsDecision, RightsStatement
from framewell_contracts.sentences import say
from framewell_dataset.domain.rights import decisions, in_force
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class ShownRights:
    """One decision a purpose, the statements in force, and the revision of the asset's rights."""

    decisions: Sequence[RightsDecision]
    statements: Sequence[RightsStatement]
    revision: int


@dataclass(frozen=True, slots=True)
class ShowRights:
    """Decides as the gate does at this moment."""

    gate: RightsGate

    async def __call__(self, asset_id: str) -> ShownRights:
        """Return the rights of the whole asset. Raises NotFound for one that is not known (any more)."""
        rights = await self.gate.rights_by_id(asset_id)
        if rights is None:
            raise NotFound(
                say("asset_unknown.dataset", "asset {asset_id} is not known here", asset_id=asset_id)
            )
        now = self.gate.clock.now()
        stated, clock = rights.statements, rights.clock
        decided = decisions(stated, now, self.gate.house, revision=rights.revision, clock=clock)
        return ShownRights(decided, in_force(stated, now, clock=clock), rights.revision)
