"""Rights of an asset, a source or a holder changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import (
    STATEMENT_OUTCOME_NOT_AUTHORISED,
    RightsApplied,
    RightsChanged,
)
from framewell_contracts.subjects import subject_key
from framewell_dataset.domain.assets import Asset
from framewell_dataset.ports.rights import StatementRepository
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_dataset.steps.rights_change import MOST_ASKED, RightsChangePolicy
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Writes the statements first (their revision moves), then scans what they concern, then answers.

    What restricts acts at once, whoever says it. What permits is kept from an actor who may not as a
    restriction alone, and refused once it has acted as one. A subject that is not known yet keeps its
    statements for when it comes. A redelivery changes nothing. Raises Rejected (`unknown_subject`,
    `not_authorised`, the latter with the answer).
    """

    policy: RightsChangePolicy
    statements: StatementRepository
    reconsider: ReconsiderAsset
    clock: Clock

    async def __call__(self, fact: RightsChanged, cause: Cause) -> Sequence[Outgoing]:
        self.policy.check(fact)
        await self.statements.add(fact.subject, self.policy.received(fact))
        count, first = 0, list[Asset]()
        async for asset in self.policy.concerned(fact.subject):
            await self.reconsider(asset, fact.actor, cause)
            count += 1
            if len(first) < MOST_ASKED:
                first.append(asset)
        applied = await self.policy.outcomes(fact, first)
        await self.statements.note_unmatched(fact.subject, applied, self.clock.now())
        answer = RightsApplied(
            subject=fact.subject, change_id=cause.id, statements=applied, asset_count=count
        )
        refused = [each for each in applied if each.outcome == STATEMENT_OUTCOME_NOT_AUTHORISED]
        if refused:
            permitting = " or ".join(sorted(self.policy.permitting))
            raise Rejected(
                f"{len(refused)} statement(s) that permit a use of {subject_key(fact.subject)} were not "
                f"taken: permitting takes an actor with the authority {permitting}, and this one "
                f"({fact.actor.principal or 'nobody named'}) has {fact.actor.authority or 'none'}. "
                f"{refused[0].sentence}",
                code="not_authorised",
                facts=(answer,),
            )
        return (answer,)
