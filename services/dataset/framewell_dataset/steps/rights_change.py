"""What a change of rights may say, what becomes of each of its statements, and which assets it concerns."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import Timeline
from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import AppliedStatement, RightsChanged, StatementRef
from framewell_contracts.bounds import problems_of
from framewell_contracts.sentences import say, several, wording_of
from framewell_contracts.spelling import normalised
from framewell_contracts.subjects import subject_key
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import Origin, ReceivedStatement, statement_id
from framewell_dataset.domain.rights.intervals import extent
from framewell_dataset.domain.rights.revisions import Chain, chains, weaker_at
from framewell_dataset.domain.rights.terms import Terms, read_terms
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights import StatementRepository
from framewell_kit.outcomes import Rejected

LIMITS = (
    "span",
    "passage",
    "purposes",
    "valid_from",
    "valid_until",
    "territories",
    "payment",
    "verbatim",
    "found_at",
)  # fmt: skip
"""Fields of a statement that limit what it is about, and its words, which may be of any length."""

MOST_STATEMENTS = 100
"""As many as one change may have."""

SUBJECTS = ("asset_id", "source", "holder")

MOST_ASKED = 100
"""So many of the assets that a change concerns are looked at for a passage that it names."""


@dataclass(frozen=True, slots=True)
class RightsChangePolicy:
    """Anybody may restrict; what permits takes an actor with one of the `permitting` authorities.

    A revision that is weaker at any point than one it follows permits, whatever its use is.
    """

    assets: AssetRepository
    statements: StatementRepository
    permitting: frozenset[str]

    def check(self, change: RightsChanged) -> None:
        """Raise Rejected for a subject that no rights can be about."""
        kind = change.subject.WhichOneof("subject")
        if kind not in SUBJECTS or not getattr(change.subject, kind):
            raise Rejected(
                say(
                    "unknown_subject.rights",
                    "rights are about an asset, a source or a holder: {subject} is none",
                    subject=f"{subject_key(change.subject)!r}",
                ),
            )

    def restrictions_of(self, known: RightsChanged, *, in_bounds: bool) -> RightsChanged | None:
        """Return what a change that cannot be read restricts, by nobody who may permit; None for nothing.

        `in_bounds`: it was read whole, and a statement that breaks no rule is taken as it is. Of any other
        its limits may be what cannot be read, so it restricts without limits.
        """
        kind = known.subject.WhichOneof("subject")
        if kind not in SUBJECTS or not getattr(known.subject, kind):
            return None
        restricting = [each for each in known.statements if each.use != rights.USE_ALLOWED]
        change = RightsChanged(subject=known.subject, revision=max(known.revision, 0))
        for each in restricting[:MOST_STATEMENTS]:
            taken = change.statements.add()
            taken.CopyFrom(each)
            if not in_bounds or next(problems_of(each), None) is not None:
                for limit in LIMITS:
                    taken.ClearField(limit)  # type: ignore[arg-type]
        return change if change.statements else None

    def received(self, change: RightsChanged) -> list[ReceivedStatement]:
        """Return the statements with the authority of the change's actor."""
        origin = Origin.PERMITTING if self.may_permit(change.actor) else Origin.RESTRICTING
        return [ReceivedStatement(each, change.revision, origin) for each in change.statements]

    def may_permit(self, actor: Actor) -> bool:
        """Return whether the actor is named and has one of the authorities that permit."""
        return bool(actor.principal) and actor.authority in self.permitting

    async def outcomes(self, change: RightsChanged, concerned: Sequence[Asset]) -> list[AppliedStatement]:
        """Return what becomes of each statement of a change, as it stands when all of them are kept.

        `concerned`: assets that the change is about, of which one is enough.
        """
        received = self.received(change)
        known = [*await self.statements.about(change.subject), *received]
        for asset in concerned[:1]:
            known += (await self.statements.of(asset)).statements
        return [_outcome(each, known, concerned, self.permitting) for each in received]

    async def matches(self, subject: Subject, applied: Sequence[AppliedStatement]) -> bool:
        """Return whether one of the statements, named by what became of it, concerns an asset by now."""
        names = {_name(each.statement.issuer, each.statement.statement_id) for each in applied}
        asked = 0
        stated = await self.statements.about(subject)
        named = [
            each for each in stated if _name(each.statement.issuer, statement_id(each.statement)) in names
        ]
        async for asset in self.concerned(subject):
            asked += 1
            if asked > MOST_ASKED or any(_lies_in(each, asset) for each in named):
                return True
        return False

    async def concerned(self, subject: Subject) -> AsyncIterator[Asset]:
        """Yield the assets that a subject means and that are not removed."""
        kind = subject.WhichOneof("subject")
        if kind == "asset_id":
            found = await self.assets.get(subject.asset_id.strip().lower())
            if found is None:
                found = await self.assets.get(subject.asset_id)
            if found is not None and not found.removed:
                yield found
            return
        by_source = kind == "source"
        assets = self.assets.of_source(subject.source) if by_source else self.assets.of_holder(subject.holder)
        async for asset in assets:
            yield asset


def _name(issuer: str, name: str) -> tuple[str, str]:
    return normalised(issuer), normalised(name)


_OUTDATED = say("statement_outdated", "a later revision of it is in force already")
_IN_FORCE = say("statement_in_force", "it is in force")


def _outcome(
    each: ReceivedStatement,
    known: Sequence[ReceivedStatement],
    concerned: Sequence[Asset],
    permitting: frozenset[str],
) -> AppliedStatement:
    (chain,) = chains([one for one in known if one.key == each.key], Timeline())
    terms = read_terms(each.statement, Timeline())
    if all(one.received.rank > each.rank for one in chain.revisions):
        return _applied(each, rights.STATEMENT_OUTCOME_OUTDATED, _OUTDATED)
    refused = "" if each.replaces else _refusal(each, terms, chain)
    if refused:
        why: str = say(
            "statement_not_authorised",
            "{refused}; that takes an actor with the authority {permitting}",
            refused=refused,
            permitting=" or ".join(sorted(permitting)),
        )
        return _applied(each, rights.STATEMENT_OUTCOME_NOT_AUTHORISED, why)
    if terms.unreadable:
        why = say(
            "statement_unreadable",
            "{unreadable}: it withholds whatever it may be about, until it is sent anew",
            unreadable=several(terms.unreadable),
        )
        return _applied(each, rights.STATEMENT_OUTCOME_UNREADABLE, why)
    if not concerned:
        why = say(
            "statement_matched_nothing",
            "nothing by that name is known here: look at its spelling; it counts when such an asset comes",
        )
        return _applied(each, rights.STATEMENT_OUTCOME_MATCHED_NOTHING, why)
    if not any(_lies_in(each, asset) for asset in concerned):
        why = say(
            "statement_matched_nothing.passage",
            "its passage lies in none of the assets: look at its unit; it counts when such an asset comes",
        )
        return _applied(each, rights.STATEMENT_OUTCOME_MATCHED_NOTHING, why)
    return _applied(each, rights.STATEMENT_OUTCOME_IN_FORCE, _IN_FORCE)


def _refusal(received: ReceivedStatement, terms: Terms, chain: Chain) -> str:
    """Return why a statement by an actor who may not permit is refused; empty where it only restricts."""
    if terms.permits and not chain.base:
        return say("statement_permits", "it permits")
    for earlier in chain.revisions:
        weaker = weaker_at(terms, earlier.terms) if earlier.rank < received.rank else ""
        if weaker:
            return say(
                "statement_weaker",
                "it is weaker than an earlier revision in its {part}, which stays in force beside it",
                part=weaker,
            )
    return ""


def _lies_in(received: ReceivedStatement, asset: Asset) -> bool:
    passage = read_terms(received.statement, asset.clock).passage
    return not passage.overlap(extent(asset.clock)).empty


def _applied(
    received: ReceivedStatement, outcome: "rights.StatementOutcome.ValueType", sentence: str
) -> AppliedStatement:
    statement = received.statement
    ref = StatementRef(
        issuer=statement.issuer, statement_id=statement_id(statement), revision=statement.revision
    )
    said = say(
        "statement_applied", "Statement {statement}: {outcome}.", statement=ref.statement_id, outcome=sentence
    )
    return AppliedStatement(statement=ref, outcome=outcome, sentence=said, wording=wording_of(said))
