"""What free text about copyright says about use.

Free text is not machine-readable law; it is read on the safe side. It permits when it is, as a whole, a known
licence or dedication (`licences`), and never otherwise. Words that forbid are a prohibition; words that
reserve, limit, delay or end a use are a constraint (`vocabulary`). A line that only names an owner is no
statement at all (`owner_marks`), and everything else is kept as a statement nobody could read, which the
dataset service withholds.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from framewell.rights.v1.rights_pb2 import (
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    Use,
)
from framewell_ingest.rights.licences import Terms, known_licence
from framewell_ingest.rights.owner_marks import is_owners_mark
from framewell_ingest.rights.phrases import Phrases
from framewell_ingest.rights.spelling import words_of
from framewell_ingest.rights.vocabulary import (
    ANALYSIS,
    CAPTION_ANALYSIS,
    CAPTION_SUBJECTS,
    FORBIDS,
    LIMITS,
    NOT_FREE,
    RESERVES,
)

_FORBIDS: Final = Phrases.of(FORBIDS)
_RESERVES: Final = Phrases.of(RESERVES)
_LIMITS: Final = Phrases.of(LIMITS)
_NOT_FREE: Final = Phrases.of(NOT_FREE)
_ABOUT_RIGHTS: Final = Phrases.of(CAPTION_SUBJECTS, CAPTION_ANALYSIS)
_ANALYSIS: Final = Phrases.of(ANALYSIS)
_USES: Final = {Terms.FREE: USE_ALLOWED, Terms.RESERVED: USE_CONSTRAINED, Terms.OPEN: USE_UNSPECIFIED}
_CAPTION_SENTENCE: Final = re.compile(r"(?<=[.;!?\n])\s+")


def use_of(text: str, names: Collection[str] = ()) -> Use.ValueType | None:
    """Return what the text says about use; None when it only names an owner and so says nothing.

    `names` are creators that the file names elsewhere: a text that is one of them says no more. A prohibition
    outweighs everything else in the same text.
    """
    if licence := known_licence(text):
        return _USES[licence.terms]
    words = words_of(text)
    if not words.strip():
        return None
    if use := _withheld(words, _RESERVES, _LIMITS):
        return use
    return None if words in map(words_of, names) or is_owners_mark(text) else USE_UNSPECIFIED


def use_in_caption(text: str) -> Use.ValueType | None:
    """Return what a caption or comment says about use beside what it describes; it never permits."""
    uses = [_withheld(words, _RESERVES) for words in _about_rights(text)]
    return next((use for use in (USE_PROHIBITED, USE_CONSTRAINED) if use in uses), None)


def forbids_analysis(text: str) -> bool:
    """Return whether the text forbids and names analysis, recognition, evaluation or machines."""
    words = words_of(text)
    return _FORBIDS.found_in(words, misread=True) and _ANALYSIS.found_in(words, misread=True)


def forbids_analysis_in_caption(text: str) -> bool:
    """Return whether a sentence of a caption that speaks of rights forbids analysis."""
    return any(map(forbids_analysis, _about_rights(text)))


def _about_rights(caption: str) -> list[str]:
    """Return the words of each sentence that speaks of what may be done with the picture."""
    sentences = map(words_of, _CAPTION_SENTENCE.split(caption))
    return [words for words in sentences if _ABOUT_RIGHTS.found_in(words)]


def _withheld(words: str, *reserving: Phrases) -> Use.ValueType | None:
    """Return the prohibition or constraint that stands in the words, None where there is neither."""
    rest = _NOT_FREE.without(words)
    if _FORBIDS.found_in(rest, misread=True):
        return USE_PROHIBITED
    if rest != words or any(phrases.found_in(rest, misread=True) for phrases in reserving):
        return USE_CONSTRAINED
    return None
