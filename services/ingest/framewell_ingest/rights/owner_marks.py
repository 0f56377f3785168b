"""Lines that name an owner and say nothing else, e.g. `© 2024 Kanal Eins` or `Foto: A. Muster / Agentur
Nord`."""

from __future__ import annotations

import re
from typing import Final

from framewell_ingest.rights.phrases import Phrases
from framewell_ingest.rights.spelling import without_invisible, words_of
from framewell_ingest.rights.vocabulary import NOT_A_NAME

_MARK: Final = re.compile(r"(?:©|℗|\([cp]\)|copyright\b:?|copr\.?(?=\s)|urheber\w*:)\s*", re.IGNORECASE)
_YEARS: Final = re.compile(r"\d{4}(?:\s*[-–/,]\s*\d{2,4})*[,.:]?\s*")
_CREDIT: Final = re.compile(
    r"(?:(?:photo|image|picture|video|footage|foto|bild|bildnachweis|fotograf(?:in)?|photograph(?:er|y|ie)?|source|quelle"
    r"|fuente|fonte|fot\.|crédit photo|crédits?|credits?|zdjęcie|autor(?:in)?|author|auteur|autore)"
    r"(?:\s+credit)?\s*:|(?:photo|image|video|photograph|foto|bild)\s+(?:(?:by|von|di|de)\b|(?=©|\(c\)))|fot\.)\s*",
    re.IGNORECASE,
)
_BY: Final = re.compile(r"(?:by|von|par|by:)\s+", re.IGNORECASE)
_PARTICLE: Final = re.compile(
    r"von|van|der|den|del?|della|d[aiou]|dos|l[ae]|el|[yei]|et|und|and|of|the|by|für|zu|am|im"
)
_HOUSE: Final = re.compile(
    r"dpa|apa|apf|afp|ansa|efe|pap|epd|kna|ots|dapd|ddp|ap|ullstein|bild|picture|alliance|imago|istock|reuters|getty",
    re.IGNORECASE,
)
_SITE: Final = re.compile(r"(?:https?://)?(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}/?", re.IGNORECASE)
_NEW_SENTENCE: Final = re.compile(r"[^\W\d_]{5,}\.\s+\S|[^\W\d_]{2,}\s*:\s")
_LATIN_NAME: Final = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ž\d][\w.'’&+@-]*", re.UNICODE)
_SHORT_FORM: Final = re.compile(r"[A-Z]{2,5}")
_INITIAL: Final = re.compile(r"[A-Z]\.")
_MOST_WORDS: Final = 10
_FIRM: Final = re.compile(
    r"gmbh|[ak]g|ug|e\.v|inc|ltd|llc|plc|corp|corporation|s\.?a|sas|sarl|s\.?r\.?l|s\.?p\.?a|sp\.?z\.?o\.?o",
    re.IGNORECASE,
)
_SENTENCE_SIGNS: Final = frozenset(";?!=<>{}[]*#")
_STRUCTURE: Final = ("/", " & ")
_MORE_THAN_A_NAME: Final = Phrases.of(NOT_A_NAME)


def is_owners_mark(text: str) -> bool:
    """Return whether the text is an owner's mark as a whole.

    After a mark, a year or `Foto:` names follow; without one it takes the form of a name: an initial, a
    slash, a firm's suffix, a short form, a known agency. Other words that stand alone may be a warning
    (`Bitte Rückfrage`).
    """
    line = " ".join(without_invisible(text).split()).removesuffix(".")
    if _SENTENCE_SIGNS & set(line) or _MORE_THAN_A_NAME.found_in(words_of(_MARK.sub("", line)), misread=True):
        return False
    names, marked = _after_the_mark(line)
    words = [word.strip(",()\"'„“”«»") for word in re.split(r"[\s/|•·–]+|\s-\s", names)]
    words = [word for word in words if word and word not in "&-+"]
    if not words:
        return marked
    if len(words) > _MOST_WORDS or _NEW_SENTENCE.search(names):
        return False
    return all(map(_is_name, words)) and (marked or _has_the_form_of_a_name(names, words))


def _after_the_mark(line: str) -> tuple[str, bool]:
    """Return what follows marks, years and credits, and whether there were any."""
    rest, before = line, ""
    while rest != before:
        before = rest
        for lead in (_MARK, _YEARS, _CREDIT):
            rest = lead.sub("", rest, count=1) if lead.match(rest) else rest
    marked = rest != line
    if marked:
        rest = _BY.sub("", rest, count=1) if _BY.match(rest) else rest
        rest = re.sub(r",?\s*(?:©|\(c\))?\s*\d{4}(?:\s*[-–]\s*\d{4})?$", "", rest, flags=re.IGNORECASE)
        rest = _MARK.sub("", rest)
    return rest, marked


def _is_name(word: str) -> bool:
    return (
        bool(_PARTICLE.fullmatch(word))
        or bool(_HOUSE.fullmatch(word))
        or bool(_LATIN_NAME.fullmatch(word))
        or bool(_SITE.fullmatch(word))
        or bool(re.fullmatch(r"[a-z][A-Z]\w+", word))
    )


def _has_the_form_of_a_name(names: str, words: list[str]) -> bool:
    if all(map(_HOUSE.fullmatch, words)):
        return True
    if len(words) == 1:
        return bool(_SHORT_FORM.fullmatch(words[0]))
    has_sign = any(_INITIAL.fullmatch(word) or _FIRM.fullmatch(word.strip(".")) for word in words)
    return has_sign or any(sign in names for sign in _STRUCTURE)
