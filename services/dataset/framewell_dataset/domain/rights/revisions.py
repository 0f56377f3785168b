"""Revisions of one statement: which of them count, and whether a newer one is weaker than what it follows.

A revision by an authorised actor takes the place of every earlier one. All that came otherwise since counts
beside it, and the strictest decides: so it can add restrictions and take nothing away, in whatever order the
revisions arrive, and whatever their `use` is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, product

from framewell.media.v1.media_pb2 import Timeline
from framewell_contracts.sentences import Sentence, say
from framewell_dataset.domain.rights.intervals import BEGINNING, Interval
from framewell_dataset.domain.rights.received import Key, Origin, Rank, ReceivedStatement
from framewell_dataset.domain.rights.terms import PURPOSES, Level, Terms, pays_at_least, read_terms
from framewell_dataset.domain.rights.territories import distinct_places

_EVER = datetime(1, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Revision:
    """A statement as it arrived, read on the asset's clock."""

    received: ReceivedStatement
    terms: Terms

    @property
    def rank(self) -> Rank:
        return self.received.rank

    @property
    def alone_restricts(self) -> bool:
        """Return whether it came by an actor who may not permit."""
        return self.received.origin is Origin.RESTRICTING


@dataclass(frozen=True, slots=True)
class Chain:
    """The revisions of one statement that count, by rank.

    `base` is what permits, if anything does: the revisions of the lowest rank that did not come by an actor
    who may only restrict. `contradictory` are groups of revisions that claim to be the same one and differ.
    """

    key: Key
    revisions: tuple[Revision, ...]
    base: tuple[Revision, ...]
    contradictory: tuple[tuple[Revision, ...], ...]


def chains(statements: Iterable[ReceivedStatement], clock: Timeline) -> list[Chain]:
    """Return the revisions that count, by statement, in an order that follows from what they say."""
    by_key: dict[Key, list[ReceivedStatement]] = {}
    for each in statements:
        by_key.setdefault(each.key, []).append(each)
    return [_chain(key, counting(by_key[key]), clock) for key in sorted(by_key)]


def counting(revisions: Iterable[ReceivedStatement]) -> list[ReceivedStatement]:
    """Return the revisions of one statement that are not replaced, each once, by rank and content."""
    once = {(each.rank, each.origin, _content(each)): each for each in revisions}
    replaced = max((each.rank for each in once.values() if each.replaces), default=None)
    return [once[place] for place in sorted(once) if replaced is None or once[place].rank >= replaced]


def kept(statements: Iterable[ReceivedStatement]) -> list[ReceivedStatement]:
    """Return the statements that have to be stored: the others change no decision, whatever comes later.

    What restricts and was followed by a revision that is nowhere weaker goes, besides what was replaced.
    """
    found = []
    for chain in chains(statements, Timeline()):
        for revision in chain.revisions:
            later = (each for each in chain.revisions if each.alone_restricts and each.rank > revision.rank)
            if not revision.alone_restricts or not any(_nowhere_weaker(each, revision) for each in later):
                found.append(revision.received)
    return found


_TERMS = {
    "use": say("term.use", "use"),
    "purposes": say("term.purposes", "purposes"),
    "term": say("term.term", "term"),
    "passage": say("term.passage", "passage"),
    "territory": say("term.territory", "territory"),
    "price": say("term.price", "price"),
}
"""What two revisions may differ in, in words."""


def weaker_at(newer: Terms, older: Terms) -> str:
    """Return in a word or two at what the newer revision is weaker than the older one; empty: nowhere.

    Compared is every combination of purpose, moment, place and passage in which the two differ, and where
    both permit the price.
    """
    points = product(PURPOSES, _moments(newer, older), distinct_places(newer.territory, older.territory))
    ticks = _ticks(newer.passage, older.passage)
    for purpose, moment, place in points:
        new, old = newer.at(purpose, moment, place), older.at(purpose, moment, place)
        for tick in ticks:
            now = new if newer.passage.holds(tick) else Level.SILENT
            before = old if older.passage.holds(tick) else Level.SILENT
            if now < before:
                return _difference(newer, older)
            if now is before is Level.ALLOWS and not pays_at_least(newer.payment, older.payment):
                return _TERMS["price"]
    return ""


def _chain(key: Key, counted: Sequence[ReceivedStatement], clock: Timeline) -> Chain:
    revisions = tuple(Revision(each, read_terms(each.statement, clock)) for each in counted)
    base_rank = min((each.rank for each in revisions if not each.alone_restricts), default=None)
    base = tuple(each for each in revisions if each.rank == base_rank and not each.alone_restricts)
    return Chain(key, revisions, base, tuple(_contradictory(revisions)))


def _contradictory(revisions: Sequence[Revision]) -> Iterator[tuple[Revision, ...]]:
    ranked = (each for each in revisions if not each.alone_restricts)
    for _, group in groupby(ranked, key=lambda each: each.rank):
        same = tuple(group)
        if len({each.received.statement.SerializeToString(deterministic=True) for each in same}) > 1:
            yield same


def _nowhere_weaker(newer: Revision, older: Revision) -> bool:
    """Return whether that holds on every clock: passages in other units than pts resolve differently."""
    if _resolves(newer) or _resolves(older):
        same = _passage(newer) == _passage(older) and newer.terms.permits == older.terms.permits
        if not same:
            return False
    return not weaker_at(newer.terms, older.terms)


def _resolves(revision: Revision) -> bool:
    statement = revision.received.statement
    return statement.HasField("passage") or (statement.HasField("span") and not statement.span.end_pts)


def _passage(revision: Revision) -> tuple[bytes, bytes]:
    statement = revision.received.statement
    return statement.span.SerializeToString(), statement.passage.SerializeToString()


def _moments(newer: Terms, older: Terms) -> list[datetime]:
    edges = {each for terms in (newer, older) for each in (terms.begins, terms.ends) if each is not None}
    return sorted({_EVER, *edges, *(edge - _TICK for edge in edges if edge > _EVER)})


def _ticks(*passages: Interval) -> list[int]:
    return sorted({BEGINNING, *(edge for passage in passages for edge in (passage.start, passage.end))})


def _difference(newer: Terms, older: Terms) -> str:
    """Return which of its terms differ, for a person."""
    differing = {
        "use": newer.level != older.level,
        "purposes": newer.purposes != older.purposes,
        "term": (newer.begins, newer.ends) != (older.begins, older.ends),
        "passage": newer.passage != older.passage,
        "territory": newer.territory != older.territory,
    }
    return _listed([_TERMS[name] for name, differs in differing.items() if differs])


def _listed(parts: Sequence[Sentence]) -> str:
    if len(parts) < 2:
        return parts[0] if parts else ""
    return say("term.and", "{first} and {rest}", first=parts[0], rest=_listed(parts[1:]))


def _content(received: ReceivedStatement) -> bytes:
    return received.statement.SerializeToString(deterministic=True)
