"""Rights of an asset, a source or a holder changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_contracts.subjects import subject_key
from framewell_dataset.ports.rights import StatementRepository
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_dataset.steps.rights_change import RightsChangePolicy
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Writes the statements first (their revision moves), then scans what they concern.

    What restricts acts at once, whoever says it. What permits is refused to an actor who may not, after
    the restricting statements have acted. A subject that is not known yet keeps its statements for when it
    comes. Raises Rejected (`unknown_subject`, `unknown_purpose`, `not_authorised`).
    """

    policy: RightsChangePolicy
    statements: StatementRepository
    reconsider: ReconsiderAsset

    async def __call__(self, fact: RightsChanged, cause: Cause) -> Sequence[Outgoing]:
        self.policy.check(fact)
        taken, refused = self.policy.split(fact)
        if taken:
            await self.statements.add(fact.subject, taken, fact.revision)
        async for asset in self.policy.concerned(fact.subject):
            await self.reconsider(asset, fact.actor, cause)
        if refused:
            permitting = " or ".join(sorted(self.policy.permitting))
            raise Rejected(
                f"{len(refused)} statement(s) that permit a use of {subject_key(fact.subject)} were not "
                f"taken: permitting takes an actor with the authority {permitting}, and this one "
                f"({fact.actor.principal or 'nobody named'}) has {fact.actor.authority or 'none'}",
                code="not_authorised",
            )
        return ()
