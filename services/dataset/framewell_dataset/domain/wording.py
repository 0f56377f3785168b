"""Decisions in words: one sentence a lawyer can read, with the verbatim text it rests on."""

from collections.abc import Sequence
from enum import Enum, auto

from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import LegalBasis, Purpose, RightsStatement, StatementSource
from framewell_contracts.sentences import Sentence, say
from framewell_dataset.domain.ground_words import day, further, place, price, terms


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


PURPOSE_WORDS: dict["Purpose.ValueType", Sentence] = {
    rights.PURPOSE_ANALYSIS: say("use.analysis", "machine analysis"),
    rights.PURPOSE_OWN_TRAINING: say("use.own_training", "training of the house's own models"),
    rights.PURPOSE_SHARING: say("use.sharing", "passing samples on"),
    rights.PURPOSE_GENERATIVE_TRAINING: say("use.generative_training", "training of generative models"),
}

_BASIS_WORDS: dict["LegalBasis.ValueType", Sentence] = {
    rights.LEGAL_BASIS_LICENCE: say("basis.licence", "a licence"),
    rights.LEGAL_BASIS_OWN_PRODUCTION: say("basis.own_production", "own production"),
    rights.LEGAL_BASIS_TDM: say("basis.tdm", "text and data mining, § 44b UrhG"),
    rights.LEGAL_BASIS_TDM_RESEARCH: say(
        "basis.tdm_research", "text and data mining for research, § 60d UrhG"
    ),
    rights.LEGAL_BASIS_PUBLIC: say("basis.public", "the public domain or a public licence"),
}
_BASIS_STATED = say("basis.stated", "the terms stated")

_SOURCE_WORDS: dict["StatementSource.ValueType", Sentence] = {
    rights.STATEMENT_SOURCE_TDMREP: say("source.tdmrep", "a TDM reservation (TDMRep)"),
    rights.STATEMENT_SOURCE_XMP: say("source.xmp", "the file's own XMP rights entry"),
    rights.STATEMENT_SOURCE_EXIF: say("source.exif", "the picture's own EXIF copyright text"),
    rights.STATEMENT_SOURCE_C2PA: say("source.c2pa", "an entry of the file's content credentials"),
    rights.STATEMENT_SOURCE_HOUSE_RULE: say("source.house_rule", "a rule of the house"),
}

LONGEST_QUOTE = 600


def sentence(
    circumstance: Circumstance, purpose: "Purpose.ValueType", grounds: Sequence[RightsStatement]
) -> Sentence:
    """Return the sentence of a decision. `grounds` is empty only where nobody stated anything."""
    use = PURPOSE_WORDS[purpose]
    if circumstance is Circumstance.HOUSE_ALLOWS:
        return say(
            "rights_house_allows",
            "Allowed: nobody stated anything about {use}, and the house allows it by default.",
            use=use,
        )
    if circumstance is Circumstance.NOTHING_STATED:
        return say(
            "rights_nothing_stated",
            "Withheld: nobody stated a right to {use}, and the house default is to withhold.",
            use=use,
        )
    first, more = grounds[0], further(len(grounds) - 1)
    dated = circumstance not in {Circumstance.ENDED, Circumstance.NOT_BEGUN}  # whose clauses name the day
    ground = say(
        "ground", "{place}{terms}{more}", place=place(first), terms=terms(first, dated=dated), more=more
    )
    return _decided(circumstance, use, first, ground)


def plain_sentence(circumstance: Circumstance, purpose: "Purpose.ValueType", passages: int = 0) -> Sentence:
    """Return a sentence without words of statements and without names, for facts that are kept for ever.

    `passages`: how many are withheld of an asset that may be used otherwise.
    """
    use, why = PURPOSE_WORDS[purpose], _PLAIN_WORDS.get(circumstance)
    if why is None:
        return say("rights_plain.allowed", "Allowed: {use}.", use=use)
    if passages:
        return say(
            "rights_plain.except",
            "Allowed except in {passages} {passages, plural, one {passage} other {passages}}: {use}; "
            "there {why}.",
            passages=passages, use=use, why=why,
        )  # fmt: skip
    return say("rights_plain.withheld", "Withheld: {use}; {why}.", use=use, why=why)


_PLAIN_WORDS = {
    Circumstance.PROHIBITED: say("why_withheld.prohibited", "it is prohibited"),
    Circumstance.CONDITIONAL: say("why_withheld.conditional", "it is tied to conditions that are not met"),
    Circumstance.CONTRADICTORY: say(
        "why_withheld.contradictory", "one statement says two different things about it"
    ),
    Circumstance.UNREADABLE: say("why_withheld.unreadable", "a statement about it cannot be read"),
    Circumstance.ENDED: say("why_withheld.ended", "the permission of it has ended"),
    Circumstance.NOT_BEGUN: say("why_withheld.not_begun", "the permission of it has not begun"),
    Circumstance.NOTHING_STATED: say("why_withheld.nothing_stated", "nobody stated a right to it"),
    Circumstance.NARROWED: say("why_withheld.narrowed", "a later revision no longer permits it"),
    Circumstance.REPRICED: say(
        "why_withheld.repriced", "a later revision asks a price that nobody has agreed to"
    ),
}


def _decided(
    circumstance: Circumstance, use: Sentence, statement: RightsStatement, ground: Sentence
) -> Sentence:
    """Return the sentence of a decision that rests on a statement."""
    quote = _with_quote(_quoted(statement))
    match circumstance:
        case Circumstance.PROHIBITED:
            return _prohibition(use, statement, ground)
        case Circumstance.PERMITTED:
            return say(
                "rights_permitted",
                "Allowed: {use} rests on {basis}{quote} ({ground}).",
                use=use, basis=_basis(statement), quote=quote, ground=ground,
            )  # fmt: skip
        case Circumstance.ENDED:
            return say(
                "rights_ended",
                "Withheld: the permission of {use} ended on {day}{quote} ({ground}).",
                use=use, day=day(statement.valid_until), quote=quote, ground=ground,
            )  # fmt: skip
        case Circumstance.NOT_BEGUN:
            return say(
                "rights_not_begun",
                "Withheld: the permission of {use} begins on {day}{quote} ({ground}).",
                use=use, day=day(statement.valid_from), quote=quote, ground=ground,
            )  # fmt: skip
    return _withheld(circumstance, use, statement, ground)


def _withheld(
    circumstance: Circumstance, use: Sentence, statement: RightsStatement, ground: Sentence
) -> Sentence:
    """Return the sentence of a decision to withhold that a statement does not ask for by itself."""
    quote, who = _with_quote(_quoted(statement)), _who(statement)
    match circumstance:
        case Circumstance.CONDITIONAL:
            return say(
                "rights_conditional",
                "Withheld: {who} ties {use} to conditions that are not met{quote} ({ground}).",
                who=who, use=use, quote=quote, ground=ground,
            )  # fmt: skip
        case Circumstance.CONTRADICTORY:
            return say(
                "rights_contradictory",
                "Withheld: {who} says two different things about {use}{quote} ({ground}).",
                who=who, use=use, quote=quote, ground=ground,
            )  # fmt: skip
        case Circumstance.NARROWED:
            return say(
                "rights_narrowed",
                "Withheld: a later revision of {who} no longer permits {use}{quote} ({ground}).",
                who=who, use=use, quote=quote, ground=ground,
            )  # fmt: skip
        case Circumstance.REPRICED:
            return say(
                "rights_repriced",
                "Withheld: a later revision of {who} asks {price} for {use}, to which nobody with the "
                "authority to permit has agreed{quote} ({ground}).",
                who=who, price=price(statement), use=use, quote=quote, ground=ground,
            )  # fmt: skip
    return say(
        "rights_unreadable",
        "Withheld: {who} could not be read as a permission of {use}{quote} ({ground}).",
        who=who, use=use, quote=quote, ground=ground,
    )  # fmt: skip


def _prohibition(use: Sentence, statement: RightsStatement, ground: Sentence) -> Sentence:
    """Repeat terms given in words; quote text found in a file as what it is."""
    verbatim, who = " ".join(statement.verbatim.split()), _who(statement)
    if statement.source == rights.STATEMENT_SOURCE_EXIF and verbatim:
        return say(
            "rights_prohibited.reuse",
            "Withheld: {who} forbids reuse: {words} ({ground}).",
            who=who, words=_quoted(statement), ground=ground,
        )  # fmt: skip
    if statement.source not in _SOURCE_WORDS and verbatim:
        return say(
            "rights_prohibited.words",
            "Withheld: {words} ({ground}).",
            words=_as_clause(verbatim), ground=ground,
        )  # fmt: skip
    return say(
        "rights_prohibited",
        "Withheld: {who} prohibits {use}{quote} ({ground}).",
        who=who, use=use, quote=_with_quote(_quoted(statement)), ground=ground,
    )  # fmt: skip


def _as_clause(verbatim: str) -> str:
    """Make a clause: `Training is prohibited.` becomes `training is prohibited`; acronyms and names stay."""
    text = verbatim.rstrip(".").strip()[:LONGEST_QUOTE]
    head = text.split(" ", 1)[0]
    ordinary = head[:1].isupper() and head[1:].islower() and " " in text
    return text[0].lower() + text[1:] if ordinary else text


def _basis(statement: RightsStatement) -> Sentence:
    words = _BASIS_WORDS.get(statement.legal_basis, _BASIS_STATED)
    if not statement.holder:
        return words
    return say("basis_of", "{basis} of {holder}", basis=words, holder=statement.holder)


def _who(statement: RightsStatement) -> Sentence:
    words = _SOURCE_WORDS.get(statement.source)
    if words is not None:
        return words
    if statement.issuer:
        return say("source.issuer", "the statement of {issuer}", issuer=statement.issuer)
    return say("source.given", "the terms given")


def _quoted(statement: RightsStatement) -> str:
    text = " ".join(statement.verbatim.split())
    if not text:
        return ""
    return f"'{text}'" if len(text) <= LONGEST_QUOTE else f"'{text[:LONGEST_QUOTE]}…'"


def _with_quote(quote: str) -> str:
    return say("quote", ": {words}", words=quote) if quote else ""
