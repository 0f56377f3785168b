"""The rights gate: from what was stated to one decision per purpose.

The newest revision of each (issuer, statement id) counts and older ones never come back, not even when
the newest has ended. Among the statements in force the strictest wins; what nobody can read, what
contradicts itself and what is tied to a condition withholds. Nothing stated means the house default.
Pure: the same statements, in any order, give the same decision.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256

from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1.rights_pb2 import (
    PURPOSE_ANALYSIS,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    PURPOSE_UNSPECIFIED,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    Purpose,
    RightsDecision,
    RightsStatement,
)
from framewell_dataset.domain.wording import Circumstance, sentence

PURPOSES: tuple["Purpose.ValueType", ...] = (
    PURPOSE_ANALYSIS,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    PURPOSE_GENERATIVE_TRAINING,
)


@dataclass(frozen=True, slots=True)
class ReceivedStatement:
    """A statement as it arrived: `change` is the revision of the fact that brought it.

    Issuers who don't count their statements' revisions count their changes; both grow.
    """

    statement: RightsStatement
    change: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.statement.issuer, statement_id(self.statement)

    @property
    def rank(self) -> tuple[int, int]:
        return self.statement.revision, self.change


@dataclass(frozen=True, slots=True)
class RightsOfAsset:
    """Everything stated about an asset, and the revision that moves with every change of any of it."""

    statements: tuple[ReceivedStatement, ...]
    revision: int

    @property
    def holders(self) -> tuple[str, ...]:
        return tuple(sorted({each.statement.holder for each in self.statements if each.statement.holder}))


@dataclass(frozen=True, slots=True)
class HousePolicy:
    """What the house decides where nobody stated anything, and where it works."""

    allowed_without_statement: frozenset["Purpose.ValueType"] = frozenset({PURPOSE_ANALYSIS})
    territory: str = "DE"


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to do: one purpose, at one time, with a span of the asset (None: all of it)."""

    purpose: "Purpose.ValueType"
    at: datetime
    span: Span | None = None


class Strictness(IntEnum):
    """How a statement in force bears on a use; the highest decides."""

    ALLOWS = 0
    CONSTRAINS = 1
    UNREADABLE = 2
    CONTRADICTS = 3
    PROHIBITS = 4


_STRICTNESS = {
    USE_ALLOWED: Strictness.ALLOWS,
    USE_CONSTRAINED: Strictness.CONSTRAINS,
    USE_PROHIBITED: Strictness.PROHIBITS,
}

_CIRCUMSTANCE = {
    Strictness.ALLOWS: Circumstance.PERMITTED,
    Strictness.CONSTRAINS: Circumstance.CONDITIONAL,
    Strictness.UNREADABLE: Circumstance.UNREADABLE,
    Strictness.CONTRADICTS: Circumstance.CONTRADICTORY,
    Strictness.PROHIBITS: Circumstance.PROHIBITED,
}


def statement_id(statement: RightsStatement) -> str:
    """Return its id; text found in a file has none and is known by where it stood and what it says."""
    if statement.statement_id:
        return statement.statement_id
    content = f"{statement.source}\x1f{statement.found_at}\x1f{statement.verbatim}\x1f{statement.use}"
    return f"text:{sha256(content.encode()).hexdigest()[:20]}"


def newest(statements: Iterable[ReceivedStatement]) -> list[list[ReceivedStatement]]:
    """Return per (issuer, id) the statements of the newest revision: one, or several that differ."""
    groups: dict[tuple[str, str], list[ReceivedStatement]] = {}
    for each in statements:
        kept = groups.get(each.key)
        if kept is None or each.rank > kept[0].rank:
            groups[each.key] = [each]
        elif each.rank == kept[0].rank and all(each.statement != other.statement for other in kept):
            kept.append(each)
    return [groups[key] for key in sorted(groups)]


@dataclass(slots=True)
class _Weighed:
    """Statements sorted by how they bear on the use."""

    in_force: dict[Strictness, list[RightsStatement]] = field(default_factory=dict)
    ended: list[RightsStatement] = field(default_factory=list)
    not_begun: list[RightsStatement] = field(default_factory=list)


def decide(
    statements: Iterable[ReceivedStatement], use: Use, house: HousePolicy, *, revision: int = 0
) -> RightsDecision:
    """Return the decision for one use, with one sentence and the statements it rests on, word for word."""
    weighed = _weigh(newest(statements), use, house)
    if weighed.in_force:
        strictness = max(weighed.in_force)
        circumstance, grounds = _CIRCUMSTANCE[strictness], weighed.in_force[strictness]
    elif weighed.ended:
        circumstance, grounds = Circumstance.ENDED, weighed.ended
    elif weighed.not_begun:
        circumstance, grounds = Circumstance.NOT_BEGUN, weighed.not_begun
    elif use.purpose in house.allowed_without_statement:
        circumstance, grounds = Circumstance.HOUSE_ALLOWS, []
    else:
        circumstance, grounds = Circumstance.NOTHING_STATED, []
    grounds = sorted(grounds, key=_canonical)
    allowed = circumstance in (Circumstance.PERMITTED, Circumstance.HOUSE_ALLOWS)
    decision = RightsDecision(
        purpose=use.purpose,
        allowed=allowed,
        sentence=sentence(circumstance, use.purpose, grounds),
        grounds=grounds,
        rights_revision=revision,
    )
    if allowed and grounds:
        decision.legal_basis = grounds[0].legal_basis
    return decision


def decisions(
    statements: Sequence[ReceivedStatement], at: datetime, house: HousePolicy, *, revision: int = 0
) -> list[RightsDecision]:
    """Return one decision per purpose for the whole asset."""
    return [decide(statements, Use(purpose, at), house, revision=revision) for purpose in PURPOSES]


def in_force(statements: Iterable[ReceivedStatement], at: datetime) -> list[RightsStatement]:
    """Return the newest statements whose term has begun and not ended."""
    return [
        each.statement
        for group in newest(statements)
        for each in group
        if not _ended(each.statement, at) and not _not_begun(each.statement, at)
    ]


def next_change(statements: Iterable[ReceivedStatement], after: datetime) -> datetime | None:
    """Return when the next term begins or ends: no event announces it, so it has to be looked up then."""
    moments = [
        moment.ToDatetime(tzinfo=UTC)
        for group in newest(statements)
        for each in group
        for name, moment in (
            ("valid_from", each.statement.valid_from),
            ("valid_until", each.statement.valid_until),
        )
        if each.statement.HasField(name)  # type: ignore[arg-type]
    ]
    return min((moment for moment in moments if moment > after), default=None)


def _weigh(groups: Iterable[list[ReceivedStatement]], use: Use, house: HousePolicy) -> _Weighed:
    weighed = _Weighed()
    for group in groups:
        speaking = [each.statement for each in group if _speaks_of(each.statement, use, house)]
        running = [s for s in speaking if not _ended(s, use.at) and not _not_begun(s, use.at)]
        if len(group) > 1 and running and any(s.use != USE_PROHIBITED for s in running):
            weighed.in_force.setdefault(Strictness.CONTRADICTS, []).extend(running)
            continue
        for statement in running:
            strictness = _strictness(statement)
            weighed.in_force.setdefault(strictness, []).append(statement)
        permits = [s for s in speaking if s.use == USE_ALLOWED]
        weighed.ended += [s for s in permits if _ended(s, use.at)]
        weighed.not_begun += [s for s in permits if _not_begun(s, use.at)]
    return weighed


def _strictness(statement: RightsStatement) -> Strictness:
    """Return how a statement bears on a use; a permission for a purpose nobody can read permits nothing."""
    if statement.use == USE_ALLOWED and PURPOSE_UNSPECIFIED in statement.purposes:
        return Strictness.UNREADABLE
    return _STRICTNESS.get(statement.use, Strictness.UNREADABLE)


def _speaks_of(statement: RightsStatement, use: Use, house: HousePolicy) -> bool:
    """Return whether purpose, territory and span concern the use.

    What restricts concerns every span it touches; what permits must cover the span whole.
    """
    if statement.purposes and not {use.purpose, PURPOSE_UNSPECIFIED} & set(statement.purposes):
        return False
    if statement.territories and house.territory not in statement.territories:
        return False
    if not statement.HasField("span"):
        return True
    if use.span is None:
        return statement.use != USE_ALLOWED
    start, end = statement.span.start_pts, statement.span.end_pts
    if statement.use == USE_ALLOWED:
        return start <= use.span.start_pts and use.span.end_pts <= end
    # A span of no length (a still, a single picture) is touched where it stands.
    return start < max(use.span.end_pts, use.span.start_pts + 1) and use.span.start_pts < end


def _ended(statement: RightsStatement, at: datetime) -> bool:
    return statement.HasField("valid_until") and statement.valid_until.ToDatetime(tzinfo=UTC) <= at


def _not_begun(statement: RightsStatement, at: datetime) -> bool:
    return statement.HasField("valid_from") and statement.valid_from.ToDatetime(tzinfo=UTC) > at


def _canonical(statement: RightsStatement) -> tuple[str, str, bytes]:
    return statement.issuer, statement.statement_id, statement.SerializeToString(deterministic=True)
