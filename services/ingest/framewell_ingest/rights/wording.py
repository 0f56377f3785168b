"""What free text about copyright says about use.

Free text is not machine-readable law; it is read on the safe side. A sentence that forbids is a
prohibition, a general reservation is a constraint, a line that only names an owner is no statement at
all, and everything else is kept as a statement nobody could read, which the dataset service withholds.
"""

from __future__ import annotations

import re
from typing import Final

from framewell.rights.v1.rights_pb2 import (
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    Use,
)

_FORBIDS: Final = re.compile(
    r"\b(may|must|can|shall|should)\s+not\b|\bnot\s+(be\s+)?(allowed|permitted|licen[sc]ed|used|for\s+use)\b"
    r"|\bprohibit|\bforbid|\bno\s+(commercial|ai|text\s+and\s+data|unauthori[sz]ed|reproduction|reuse|use)\b"
    r"|\bwithout\s+(the\s+)?(prior\s+|written\s+|express\s+)*(permission|consent)\b"
    r"|\buntersagt|\bverboten|\bnicht\s+(gestattet|erlaubt|zul.ssig)\b|\bohne\s+(\w+\s+)?(zustimmung|genehmigung)\b"
    r"|\bnutzungsvorbehalt\b|§\s*44b\b",
    re.IGNORECASE,
)
_RESERVES: Final = re.compile(
    r"\ball\s+rights?\s+reserved\b|\balle\s+rechte\s+vorbehalten\b|\btous\s+droits\s+r.serv.s\b"
    r"|\b(editorial|personal|private)\s+use\s+only\b|\bnur\s+(zur\s+)?redaktionell",
    re.IGNORECASE,
)
_PERMITS: Final = re.compile(
    r"\bpublic\s+domain\b|\bgemeinfrei\b|\bcc0\b|\bcreativecommons\.org/(publicdomain|licenses/by(-sa)?/)",
    re.IGNORECASE,
)
_OWNER_MARK: Final = re.compile(r"^\s*(copyright|\(c\)|©|\d{4})", re.IGNORECASE)
_NAME_WORD: Final = re.compile(
    r"^[(\"'©–-]*([^a-z\W]|\d|[/&|–-]$|(von|van|de|der|die|das|the|of|für|for|and|und|by)\b)"
)
_MOST_OWNER_WORDS: Final = 10


def use_of(text: str) -> Use.ValueType | None:
    """Return what the text says about use; None when it only names an owner and so says nothing.

    A prohibition outweighs everything else in the same text.
    """
    if _FORBIDS.search(text):
        return USE_PROHIBITED
    if _RESERVES.search(text):
        return USE_CONSTRAINED
    if _PERMITS.search(text):
        return USE_ALLOWED
    return None if _only_names_an_owner(text) else USE_UNSPECIFIED


def _only_names_an_owner(text: str) -> bool:
    """Return whether the text is a mark or names without a sentence, e.g. `© 2024 Kanal Eins`, `NASA`."""
    words = text.split()
    if len(words) > _MOST_OWNER_WORDS or ";" in text:
        return False
    named = sum(bool(_NAME_WORD.match(word)) for word in words)
    return named == len(words) or (bool(_OWNER_MARK.match(text)) and named >= len(words) - 1)
