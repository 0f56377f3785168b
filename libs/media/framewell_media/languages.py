"""Languages of tracks as BCP 47 tags, whatever a container or a subtitle file writes."""

from __future__ import annotations

from typing import Final

import langcodes

_NOT_A_LANGUAGE: Final = frozenset({"und", "mul", "zxx", "mis"})
_LONGEST: Final = 35
"""Characters of the longest tag that RFC 5646, section 4.4.1, asks everybody to keep."""


def bcp47(code: str) -> str:
    """Return the BCP 47 tag of an ISO 639 code or tag: `ger` and `deu` give `de`, `zh-hant` `zh-Hant`.

    Empty for what names no language: undetermined, several, none, or no code at all.
    """
    code = code.strip().strip("\0")
    if not code or len(code) > _LONGEST or not code.isascii():
        return ""
    try:
        if not langcodes.tag_is_valid(code):
            return ""
        tag = langcodes.standardize_tag(code)
    except ValueError:  # langcodes.LanguageTagError is one
        return ""
    return "" if tag.split("-")[0] in _NOT_A_LANGUAGE else tag
