"""One spelling of names and ids that outsiders write: holders, issuers, sources, statement ids, series."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """Return the name by which it is compared: NFKC, case folded, no invisible characters, single spaces.

    `"  NASA\\u200b "`, `"ＮＡＳＡ"` and `"nasa"` are one name. Punctuation counts: sources are often paths.
    Idempotent. What is shown to people stays as it was written.
    """
    visible = "".join(each for each in unicodedata.normalize("NFKC", name) if _visible(each))
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())


def _visible(character: str) -> bool:
    """Return False for format characters (zero width, direction marks, soft hyphen, byte order mark)."""
    return unicodedata.category(character) != "Cf"
