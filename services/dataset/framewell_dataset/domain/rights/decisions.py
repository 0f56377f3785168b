"""From what was stated to one decision per use, and per passage of an asset.

At each point (purpose, moment, place, tick) the strictest of all statements decides; a use may go ahead where
every point it touches allows it. So the decision about a whole asset and those about its passages agree, and
permissions that tile a passage permit it. Nothing stated means the house default. Pure: the same statements,
in any order, give the same decision.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from framewell.media.v1.media_pb2 import Span, Timeline
from framewell.rights.v1.rights_pb2 import (
    PURPOSE_ANALYSIS,
    Purpose,
    PurposeDecision,
    RightsDecision,
    RightsStatement,
)
from framewell_contracts.sentences import wording_of
from framewell_dataset.domain.rights.intervals import WHOLE, Interval, extent, of_use
from framewell_dataset.domain.rights.received import ReceivedStatement
from framewell_dataset.domain.rights.revisions import Chain, Revision, chains
from framewell_dataset.domain.rights.terms import PURPOSES, Level, pays_at_least
from framewell_dataset.domain.rights.territories import house_places
from framewell_dataset.domain.wording import Circumstance, plain_sentence, sentence

MOST_PASSAGES = 1000


@dataclass(frozen=True, slots=True)
class HousePolicy:
    """What the house decides where nobody stated anything, and where it works."""

    allowed_without_statement: frozenset["Purpose.ValueType"] = frozenset({PURPOSE_ANALYSIS})
    territory: str = "DE"

    @property
    def places(self) -> tuple[str, ...]:
        """Return the places a use is made in, all of which must allow it.

        Raises ValueError for a word that names no territory.
        """
        return house_places(self.territory)


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to do: one purpose, at one time, with a span of the asset (None: all of it)."""

    purpose: "Purpose.ValueType"
    at: datetime
    span: Span | None = None


_CIRCUMSTANCES = {
    Level.ALLOWS: Circumstance.PERMITTED,
    Level.NOT_BEGUN: Circumstance.NOT_BEGUN,
    Level.ENDED: Circumstance.ENDED,
    Level.CONSTRAINS: Circumstance.CONDITIONAL,
    Level.UNREADABLE: Circumstance.UNREADABLE,
    Level.CONTRADICTS: Circumstance.CONTRADICTORY,
    Level.PROHIBITS: Circumstance.PROHIBITED,
}

_ALLOWED = (Circumstance.HOUSE_ALLOWS, Circumstance.PERMITTED)

_BY_WEIGHT = (
    *_ALLOWED,
    Circumstance.NOTHING_STATED,
    Circumstance.NARROWED,
    Circumstance.NOT_BEGUN,
    Circumstance.ENDED,
    Circumstance.CONDITIONAL,
    Circumstance.REPRICED,
    Circumstance.UNREADABLE,
    Circumstance.CONTRADICTORY,
    Circumstance.PROHIBITED,
)
"""Of a use that touches several passages, the last of these gives the sentence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the asset in which the same statements bear on a use, and what follows from them."""

    interval: Interval
    circumstance: Circumstance
    grounds: tuple[RightsStatement, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.circumstance in _ALLOWED


def decide(
    statements: Iterable[ReceivedStatement],
    use: Use,
    house: HousePolicy,
    *,
    revision: int = 0,
    clock: Timeline | None = None,
) -> RightsDecision:
    """Return the decision for one use, with one sentence and the statements it rests on, word for word."""
    clock = clock or Timeline()
    asked = extent(clock) if use.span is None else of_use(use.span)
    return _decision(_pieces(chains(statements, clock), use, house, asked), use, revision)


def decisions(
    statements: Iterable[ReceivedStatement],
    at: datetime,
    house: HousePolicy,
    *,
    revision: int = 0,
    clock: Timeline | None = None,
) -> list[RightsDecision]:
    """Return one decision per purpose for the whole asset."""
    clock = clock or Timeline()
    counted, asked = chains(statements, clock), extent(clock)
    uses = [Use(purpose, at) for purpose in PURPOSES]
    return [_decision(_pieces(counted, use, house, asked), use, revision) for use in uses]


def passages(
    statements: Iterable[ReceivedStatement],
    purpose: "Purpose.ValueType",
    at: datetime,
    house: HousePolicy,
    *,
    clock: Timeline | None = None,
) -> PurposeDecision:
    """Return the decision about every passage of an asset, as `rights.decided` carries it.

    `allowed` where anything is; `withheld` then lists, in order, what is not (from the first int64 and to the
    last one where it has no bounds). The sentence carries no words of statements and no names.
    """
    pieces = _pieces(chains(statements, clock or Timeline()), Use(purpose, at), house, WHOLE)
    withheld = _joined(each.interval for each in pieces if not each.allowed)
    strictest = max(pieces, key=_weight).circumstance
    if withheld[:1] == [WHOLE]:
        said = plain_sentence(strictest, purpose)
        return PurposeDecision(purpose=purpose, allowed=False, sentence=said, wording=wording_of(said))
    spans = _at_most(withheld, MOST_PASSAGES)
    said = plain_sentence(strictest, purpose, passages=len(spans))
    return PurposeDecision(
        purpose=purpose,
        allowed=True,
        withheld=[Span(start_pts=each.start, end_pts=each.end) for each in spans],
        sentence=said,
        wording=wording_of(said),
    )


def in_force(
    statements: Iterable[ReceivedStatement], at: datetime, *, clock: Timeline | None = None
) -> list[RightsStatement]:
    """Return the statements that count and whose term has begun and not ended."""
    found = (revision for chain in chains(statements, clock or Timeline()) for revision in chain.revisions)
    running = (each for each in found if _runs(each, at))
    once = {_canonical(each.received.statement): each.received.statement for each in running}
    return list(once.values())


def next_change(statements: Iterable[ReceivedStatement], after: datetime) -> datetime | None:
    """Return when the next term begins or ends: no event announces it, so it has to be looked up then."""
    counted = (revision for chain in chains(statements, Timeline()) for revision in chain.revisions)
    moments = (moment for each in counted for moment in (each.terms.begins, each.terms.ends))
    return min((each for each in moments if each is not None and each > after), default=None)


def _runs(revision: Revision, at: datetime) -> bool:
    begins, ends = revision.terms.begins, revision.terms.ends
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _decision(pieces: Sequence[Piece], use: Use, revision: int) -> RightsDecision:
    circumstance = max(pieces, key=_weight).circumstance
    grounds = {
        _canonical(ground): ground
        for each in pieces
        if each.circumstance is circumstance
        for ground in each.grounds
    }
    ordered = [grounds[place] for place in sorted(grounds)]
    said = sentence(circumstance, use.purpose, ordered)
    decision = RightsDecision(
        purpose=use.purpose,
        allowed=circumstance in _ALLOWED,
        sentence=said,
        wording=wording_of(said),
        grounds=ordered,
        rights_revision=revision,
    )
    if circumstance is Circumstance.PERMITTED:
        decision.legal_basis = ordered[0].legal_basis
    return decision


@dataclass(frozen=True, slots=True)
class _Bearing:
    """A revision and the level it has inside its passage, for one purpose, moment and place."""

    revision: Revision
    level: Level


def _pieces(counted: Sequence[Chain], use: Use, house: HousePolicy, asked: Interval) -> list[Piece]:
    """Return what is asked about in pieces, in order for each place of the house; they cover all of it."""
    return [piece for place in house.places for piece in _pieces_at(counted, use, house, place, asked)]


def _pieces_at(
    counted: Sequence[Chain], use: Use, house: HousePolicy, place: str, asked: Interval
) -> Iterator[Piece]:
    begin: dict[int, list[tuple[int, _Bearing]]] = {asked.start: []}
    end: dict[int, list[tuple[int, _Bearing]]] = {asked.end: []}
    for number, chain in enumerate(counted):
        for revision in chain.revisions:
            touched = revision.terms.passage.overlap(asked)
            each = _Bearing(revision, revision.terms.at(use.purpose, use.at, place))
            if each.level is not Level.SILENT and not touched.empty:
                begin.setdefault(touched.start, []).append((number, each))
                end.setdefault(touched.end, []).append((number, each))
    ticks = sorted({*begin, *end})
    here: dict[int, list[_Bearing]] = {}
    for start, stop in pairwise(ticks):
        for number, each in end.get(start, ()):
            here[number].remove(each)
        for number, each in begin.get(start, ()):
            here.setdefault(number, []).append(each)
        outcomes = [_outcome(counted[number], found) for number, found in here.items() if found]
        yield _piece(Interval(start, stop), outcomes, use, house)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one statement comes to at a point, by all its revisions that count."""

    level: Level
    circumstance: Circumstance
    grounds: tuple[RightsStatement, ...]


def _outcome(chain: Chain, here: Sequence[_Bearing]) -> _Outcome:
    """Return the strictest of the revisions; those that are not `here` are silent."""
    levels = {id(each.revision): each.level for each in here}

    def level_of(revision: Revision) -> Level:
        return levels.get(id(revision), Level.SILENT)

    for same in chain.contradictory:
        running = [each for each in same if level_of(each) in (Level.ALLOWS, *_RESTRICTING)]
        if any(level_of(each) is not Level.PROHIBITS for each in running):
            return _settled(Level.CONTRADICTS, Circumstance.CONTRADICTORY, running)
    level = max((level_of(each) for each in chain.revisions), default=Level.SILENT)
    if not chain.base:
        level = max(level, Level.SILENT)
    if level is Level.ALLOWS:
        dearer = [each for each in chain.revisions if not _paid_by(chain.base, each)]
        if dearer:
            return _settled(Level.CONSTRAINS, Circumstance.REPRICED, dearer)
        return _settled(level, Circumstance.PERMITTED, chain.base)
    if level is Level.SILENT:
        narrowing = [each for each in chain.revisions if level_of(each) is Level.SILENT]
        narrowed = any(level_of(each) is Level.ALLOWS for each in chain.base)
        why = Circumstance.NARROWED if narrowed else Circumstance.NOTHING_STATED
        return _settled(level, why, narrowing if narrowed else ())
    return _settled(
        level, _CIRCUMSTANCES[level], [each for each in chain.revisions if level_of(each) is level]
    )


_RESTRICTING = (Level.CONSTRAINS, Level.UNREADABLE, Level.CONTRADICTS, Level.PROHIBITS)


def _paid_by(base: Sequence[Revision], revision: Revision) -> bool:
    return any(pays_at_least(each.terms.payment, revision.terms.payment) for each in base)


def _settled(level: Level, why: Circumstance, revisions: Sequence[Revision]) -> _Outcome:
    """Rest it on the newest of these revisions."""
    newest = max((each.rank for each in revisions), default=None)
    return _Outcome(level, why, tuple(each.received.statement for each in revisions if each.rank == newest))


def _piece(interval: Interval, outcomes: Sequence[_Outcome], use: Use, house: HousePolicy) -> Piece:
    """Return what all statements together come to in the interval."""
    level = max((each.level for each in outcomes if each.level in _RESTRICTING), default=None)
    for wanted in (level, Level.ALLOWS, Level.ENDED, Level.NOT_BEGUN):
        found = [each for each in outcomes if each.level is wanted]
        if found:
            why = found[0].circumstance
            grounds = tuple(ground for each in found if each.circumstance is why for ground in each.grounds)
            return Piece(interval, why, grounds)
    if use.purpose in house.allowed_without_statement:
        return Piece(interval, Circumstance.HOUSE_ALLOWS)
    narrowed = [each for each in outcomes if each.circumstance is Circumstance.NARROWED]
    if narrowed:
        return Piece(interval, Circumstance.NARROWED, tuple(g for each in narrowed for g in each.grounds))
    return Piece(interval, Circumstance.NOTHING_STATED)


def _weight(piece: Piece) -> int:
    return _BY_WEIGHT.index(piece.circumstance)


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return them in order, neighbours that touch or overlap as one."""
    joined: list[Interval] = []
    for each in sorted(intervals, key=lambda interval: interval.start):
        if joined and each.start <= joined[-1].end:
            joined[-1] = joined[-1].hull(each)
        else:
            joined.append(each)
    return joined


def _at_most(intervals: Sequence[Interval], count: int) -> list[Interval]:
    """Return at most so many, neighbours with the least between them put together."""
    between = [after.start - before.end for before, after in pairwise(intervals)]
    narrowest = sorted(range(len(between)), key=between.__getitem__)[: max(0, len(intervals) - count)]
    bridges = [Interval(intervals[n].end, intervals[n + 1].start) for n in narrowest]
    return _joined([*intervals, *bridges])


def _canonical(statement: RightsStatement) -> tuple[str, str, bytes]:
    return statement.issuer, statement.statement_id, statement.SerializeToString(deterministic=True)
