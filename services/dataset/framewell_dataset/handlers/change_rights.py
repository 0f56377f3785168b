"""Rights of an asset, a source or a holder changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from framewell.mesh.v1.mesh_pb2 import Subject, Wording
from framewell.rights.v1.rights_pb2 import (
    STATEMENT_OUTCOME_MATCHED_NOTHING,
    STATEMENT_OUTCOME_NOT_AUTHORISED,
    STATEMENT_OUTCOME_UNREADABLE,
    RightsApplied,
    RightsChanged,
    StatementRef,
)
from framewell_contracts.sentences import say, wording_of
from framewell_contracts.subjects import subject_key
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import statement_id
from framewell_dataset.ports.rights import StatementRepository
from framewell_dataset.ports.rights_changes import RightsChangeRepository
from framewell_dataset.steps.follow_effects import FollowEffects
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_dataset.steps.rights_change import MOST_ASKED, RightsChangePolicy
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing, by_content
from framewell_kit.outcomes import Rejected
from framewell_kit.tombstones import asset_subject

OUT_OF_BOUNDS = "out_of_bounds"
"""Code of an event that was read whole and breaks a rule of its .proto."""


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Writes the statements first (their revision moves), then scans what they concern, then answers.

    What becomes of every sample is noted before the first one changes: a snapshot that is published
    meanwhile takes back what may not be used any more, and that is of this change, too.

    What restricts acts at once, whoever says it. What permits is kept from an actor who may not as a
    restriction alone, and refused once it has acted as one. A subject that is not known yet keeps its
    statements for when it comes. Of a holder who was erased no word is kept: what they state withholds,
    and what is stated about them is not needed, since all of theirs is withheld already. A redelivery
    changes nothing. Raises Rejected (`unknown_subject`, `not_authorised`, the latter with the answer).
    """

    policy: RightsChangePolicy
    statements: StatementRepository
    reconsider: ReconsiderAsset
    clock: Clock
    forgotten: ForgottenNames
    changes: RightsChangeRepository
    follow: FollowEffects

    async def __call__(self, fact: RightsChanged, cause: Cause) -> Sequence[Outgoing]:
        self.policy.check(fact)
        answer = await self._apply(fact, cause)
        refused = [each for each in answer.statements if each.outcome == STATEMENT_OUTCOME_NOT_AUTHORISED]
        if refused:
            permitting = " or ".join(sorted(self.policy.permitting))
            raise Rejected(
                say(
                    "not_authorised",
                    "{count} statement(s) that permit a use of {subject} were not taken: permitting takes an "
                    "actor with the authority {permitting}, and this one ({principal}) has {authority}. "
                    "{sentence}",
                    count=len(refused),
                    subject=subject_key(fact.subject),
                    permitting=permitting,
                    principal=fact.actor.principal or "nobody named",
                    authority=fact.actor.authority or "none",
                    sentence=refused[0].sentence,
                ),
                facts=(by_content(answer, cause.id),),
            )
        return (by_content(answer, cause.id),)

    async def refuse(self, known: RightsChanged, cause: Cause, refusal: Rejected) -> Sequence[Outgoing]:
        """Withhold what an event that cannot be read restricts, as far as that can be read, and say so.

        Its permissions permit nothing. Doing it again changes nothing.
        """
        change = self.policy.restrictions_of(known, in_bounds=refusal.code == OUT_OF_BOUNDS)
        if change is None:
            return ()
        answer = await self._apply(change, cause)
        for each in answer.statements:
            each.outcome = STATEMENT_OUTCOME_UNREADABLE
            said = say(
                "statement_event_unreadable",
                "The event cannot be read ({why}): what this statement restricts is withheld, "
                "with all that it may be about, until somebody who may permit states it anew.",
                why=refusal.reason,
            )
            each.sentence = said
            each.ClearField("wording")
            each.wording.MergeFrom(wording_of(said) or Wording())
        return (by_content(answer, cause.id),)

    async def _apply(self, fact: RightsChanged, cause: Cause) -> RightsApplied:
        """Keep the statements and act on them, then ask again whether a holder was erased meanwhile."""
        while True:
            change = await self._without_erased(fact)
            if await self._is_erased(fact.subject):
                await self.statements.forget(fact.subject)
                await self.changes.forget_holder(fact.subject.holder)
                return _nothing_kept(change, cause)
            answer = await self._act(change, cause)
            if await self._without_erased(fact) == change and not await self._is_erased(fact.subject):
                return answer
            await self._forget_words(fact.subject)
            await self._forget_changes(fact)

    async def _act(self, fact: RightsChanged, cause: Cause) -> RightsApplied:
        await self.changes.begin(cause.id, fact, self.clock.now())
        await self.statements.add(fact.subject, self.policy.received(fact))
        async for asset in self.policy.concerned(fact.subject):
            await self.follow(cause.id, asset)
        count, first = 0, list[Asset]()
        async for asset in self.policy.concerned(fact.subject):
            await self.reconsider(asset, fact.actor, cause)
            count += 1
            if len(first) < MOST_ASKED:
                first.append(asset)
        applied = await self.policy.outcomes(fact, first)
        await self.statements.note_unmatched(fact.subject, applied, self.clock.now())
        await self.changes.end(cause.id, applied, count)
        asset_id = fact.subject.asset_id
        if asset_id and await self.reconsider.gate.tombstones.find(asset_subject(asset_id)):
            await self.changes.forget_asset(asset_id)
            await self.statements.forget(fact.subject)  # it never comes again: nobody's words stay here
        return RightsApplied(subject=fact.subject, change_id=cause.id, statements=applied, asset_count=count)

    async def _without_erased(self, fact: RightsChanged) -> RightsChanged:
        change = RightsChanged()
        change.CopyFrom(fact)
        del change.statements[:]
        change.statements.extend(await self.forgotten.without_erased_holders(fact.statements))
        return change

    async def _is_erased(self, subject: Subject) -> bool:
        return bool(subject.holder) and await self.forgotten.holds_holder((subject.holder,))

    async def _forget_changes(self, fact: RightsChanged) -> None:
        """Delete what is kept of changes that name a holder who was erased meanwhile."""
        for each in fact.statements:
            for name in {each.holder, each.issuer} - {""}:
                if await self.forgotten.holds_holder((name,)):
                    await self.changes.forget_holder(name)

    async def _forget_words(self, subject: Subject) -> None:
        """Put prohibitions in place of what erased holders stated about a subject; the rest stays."""
        replaced = False
        while not replaced:
            stated = await self.statements.about(subject)
            clean = await self.forgotten.without_erased_holders(each.statement for each in stated)
            kept = [replace(each, statement=one) for each, one in zip(stated, clean, strict=True)]
            replaced = not stated or await self.statements.replace(subject, stated, kept)


_HOLDER_ERASED = say(
    "statement_holder_erased",
    "This holder was erased: all of theirs is withheld, and nothing stated of them is kept.",
)


def _nothing_kept(change: RightsChanged, cause: Cause) -> RightsApplied:
    answer = RightsApplied(subject=change.subject, change_id=cause.id)
    for each in change.statements:
        answer.statements.add(
            statement=StatementRef(statement_id=statement_id(each), revision=each.revision),
            outcome=STATEMENT_OUTCOME_MATCHED_NOTHING,
            sentence=_HOLDER_ERASED,
            wording=wording_of(_HOLDER_ERASED),
        )
    return answer
