"""Decisions in words: one sentence a lawyer can read, with the verbatim text it rests on."""

from collections.abc import Sequence
from datetime import UTC
from enum import Enum, auto

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import (
    FrameRange,
    LegalBasis,
    Passage,
    PayModel,
    Purpose,
    RightsStatement,
    StatementSource,
)


class Circumstance(Enum):
    """Why a decision is what it is."""

    PERMITTED = auto()
    HOUSE_ALLOWS = auto()
    PROHIBITED = auto()
    CONDITIONAL = auto()
    CONTRADICTORY = auto()
    UNREADABLE = auto()
    ENDED = auto()
    NOT_BEGUN = auto()
    NOTHING_STATED = auto()
    NARROWED = auto()
    """A later revision permits less, by an actor who may not permit in its place."""
    REPRICED = auto()
    """A later revision asks more, and nobody who may permit has agreed to it."""


PURPOSE_WORDS: dict["Purpose.ValueType", str] = {
    rights.PURPOSE_ANALYSIS: "machine analysis",
    rights.PURPOSE_OWN_TRAINING: "training of the house's own models",
    rights.PURPOSE_SHARING: "passing samples on",
    rights.PURPOSE_GENERATIVE_TRAINING: "training of generative models",
}

_BASIS_WORDS: dict["LegalBasis.ValueType", str] = {
    rights.LEGAL_BASIS_LICENCE: "a licence",
    rights.LEGAL_BASIS_OWN_PRODUCTION: "own production",
    rights.LEGAL_BASIS_TDM: "text and data mining, § 44b UrhG",
    rights.LEGAL_BASIS_TDM_RESEARCH: "text and data mining for research, § 60d UrhG",
    rights.LEGAL_BASIS_PUBLIC: "the public domain or a public licence",
    rights.LEGAL_BASIS_OTHER: "the terms stated",
}

_SOURCE_WORDS: dict["StatementSource.ValueType", str] = {
    rights.STATEMENT_SOURCE_TDMREP: "a TDM reservation (TDMRep)",
    rights.STATEMENT_SOURCE_XMP: "the file's own XMP rights entry",
    rights.STATEMENT_SOURCE_EXIF: "the picture's own EXIF copyright text",
    rights.STATEMENT_SOURCE_C2PA: "an entry of the file's content credentials",
    rights.STATEMENT_SOURCE_HOUSE_RULE: "a rule of the house",
}

_PAY_WORDS: dict["PayModel.ValueType", str] = {
    rights.PAY_MODEL_FLAT: "per sample and snapshot",
    rights.PAY_MODEL_PER_USE: "per use",
}

LONGEST_QUOTE = 600
MOST_TERRITORIES = 10


def sentence(
    circumstance: Circumstance, purpose: "Purpose.ValueType", grounds: Sequence[RightsStatement]
) -> str:
    """Return the sentence of a decision. `grounds` is empty only where nobody stated anything."""
    what = PURPOSE_WORDS[purpose]
    if circumstance is Circumstance.HOUSE_ALLOWS:
        return f"Allowed: nobody stated anything about {what}, and the house allows it by default."
    if circumstance is Circumstance.NOTHING_STATED:
        return f"Withheld: nobody stated a right to {what}, and the house default is to withhold."
    first, more = grounds[0], _further(len(grounds) - 1)
    dated = circumstance not in {Circumstance.ENDED, Circumstance.NOT_BEGUN}  # whose clauses name the day
    return f"{_clause(circumstance, what, first)} ({place(first)}{_terms(first, dated=dated)}{more})."


_PLAIN_WORDS = {
    Circumstance.PROHIBITED: "it is prohibited",
    Circumstance.CONDITIONAL: "it is tied to conditions that are not met",
    Circumstance.CONTRADICTORY: "one statement says two different things about it",
    Circumstance.UNREADABLE: "a statement about it cannot be read",
    Circumstance.ENDED: "the permission of it has ended",
    Circumstance.NOT_BEGUN: "the permission of it has not begun",
    Circumstance.NOTHING_STATED: "nobody stated a right to it",
    Circumstance.NARROWED: "a later revision no longer permits it",
    Circumstance.REPRICED: "a later revision asks a price that nobody has agreed to",
}


def plain_sentence(circumstance: Circumstance, purpose: "Purpose.ValueType", passages: int = 0) -> str:
    """Return a sentence without words of statements and without names, for facts that are kept for ever.

    `passages`: how many are withheld of an asset that may be used otherwise.
    """
    what, why = PURPOSE_WORDS[purpose], _PLAIN_WORDS.get(circumstance)
    if why is None:
        return f"Allowed: {what}."
    if passages:
        return f"Allowed except in {passages} passage{'s' if passages > 1 else ''}: {what}; there {why}."
    return f"Withheld: {what}; {why}."


def _clause(circumstance: Circumstance, what: str, statement: RightsStatement) -> str:
    quote, who = _with_quote(_quoted(statement)), _who(statement)
    if circumstance is Circumstance.PERMITTED:
        return f"Allowed: {what} rests on {_basis(statement)}{quote}"
    if circumstance is Circumstance.PROHIBITED:
        return f"Withheld: {_prohibition(what, statement)}"
    withheld = {
        Circumstance.CONDITIONAL: f"{who} ties {what} to conditions that are not met",
        Circumstance.CONTRADICTORY: f"{who} says two different things about {what}",
        Circumstance.UNREADABLE: f"{who} could not be read as a permission of {what}",
        Circumstance.ENDED: f"the permission of {what} ended on {_day(statement.valid_until)}",
        Circumstance.NOT_BEGUN: f"the permission of {what} begins on {_day(statement.valid_from)}",
        Circumstance.NARROWED: f"a later revision of {who} no longer permits {what}",
        Circumstance.REPRICED: f"a later revision of {who} asks {_price(statement)} for {what}, "
        "to which nobody with the authority to permit has agreed",
    }
    return f"Withheld: {withheld[circumstance]}{quote}"


def _prohibition(what: str, statement: RightsStatement) -> str:
    """Repeat terms given in words; quote text found in a file as what it is."""
    verbatim = " ".join(statement.verbatim.split())
    if statement.source == rights.STATEMENT_SOURCE_EXIF and verbatim:
        return f"{_who(statement)} forbids reuse: {_quoted(statement)}"
    if statement.source not in _SOURCE_WORDS and verbatim:
        return _as_clause(verbatim)
    return f"{_who(statement)} prohibits {what}{_with_quote(_quoted(statement))}"


def _as_clause(verbatim: str) -> str:
    """Make a clause: `Training is prohibited.` becomes `training is prohibited`; acronyms and names stay."""
    text = verbatim.rstrip(".").strip()[:LONGEST_QUOTE]
    head = text.split(" ", 1)[0]
    ordinary = head[:1].isupper() and head[1:].islower() and " " in text
    return text[0].lower() + text[1:] if ordinary else text


def _basis(statement: RightsStatement) -> str:
    words = _BASIS_WORDS.get(statement.legal_basis, "the terms stated")
    return f"{words} of {statement.holder}" if statement.holder else words


def _who(statement: RightsStatement) -> str:
    words = _SOURCE_WORDS.get(statement.source)
    if words:
        return words
    return f"the statement of {statement.issuer}" if statement.issuer else "the terms given"


def _quoted(statement: RightsStatement) -> str:
    text = " ".join(statement.verbatim.split())
    if not text:
        return ""
    return f"'{text}'" if len(text) <= LONGEST_QUOTE else f"'{text[:LONGEST_QUOTE]}…'"


def _with_quote(quote: str) -> str:
    return f": {quote}" if quote else ""


def place(statement: RightsStatement) -> str:
    """Return where the statement stood and who made it, e.g. `contract 4711, NASA`."""
    found = statement.found_at or statement.statement_id or "stated with the request"
    parts = [found, *(who for who in (statement.issuer or statement.holder,) if who and who not in found)]
    if statement.HasField("span"):
        span = statement.span
        parts.append(_frames(span) if span.frames else f"pts {span.start_pts}-{span.end_pts}")
    if statement.HasField("passage"):
        parts.append(_passage(statement.passage))
    return ", ".join(parts)


def _passage(passage: Passage) -> str:
    match passage.WhichOneof("unit"):
        case "frames":
            return _frames(passage.frames)
        case "seconds":
            begin, end = (
                each.ToTimedelta().total_seconds() for each in (passage.seconds.start, passage.seconds.end)
            )
            return f"seconds {begin:g}-{end:g}"
        case "timecode":
            return f"timecode {passage.timecode.start}-{passage.timecode.end}"
    return "a passage in no unit"


def _frames(frames: Span | FrameRange) -> str:
    return f"frames {frames.first_frame}-{frames.first_frame + max(frames.frames, 1) - 1}"


def _terms(statement: RightsStatement, *, dated: bool) -> str:
    """Return what else limits a statement: `; until 2027-12-31, in AT and DE, at 0.05 EUR per use`."""
    found = []
    if dated and statement.HasField("valid_from"):
        found.append(f"from {_day(statement.valid_from)}")
    if dated and statement.HasField("valid_until"):
        found.append(f"until {_day(statement.valid_until)}")
    if len(statement.territories) > MOST_TERRITORIES:
        found.append(f"in {len(statement.territories)} countries")
    elif statement.territories:
        *others, last = sorted(statement.territories)
        found.append(f"in {', '.join(others)} and {last}" if others else f"in {last}")
    if statement.HasField("payment") and statement.payment.model in _PAY_WORDS:
        found.append(f"at {_price(statement)}")
    return f"; {', '.join(found)}" if found else ""


def _price(statement: RightsStatement) -> str:
    payment = statement.payment
    return (
        f"{payment.amount} {payment.currency} {_PAY_WORDS.get(payment.model, 'in a way that is not named')}"
    )


def _further(count: int) -> str:
    return "" if count < 1 else f"; and {count} further statement{'s' if count > 1 else ''}"


def _day(moment: Timestamp) -> str:
    return moment.ToDatetime(tzinfo=UTC).date().isoformat()
