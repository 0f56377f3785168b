"""Words that a text is found by, whatever its script: folded, without accents, without signs between them."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MOST_WORDS: Final = 64
"""Of one text; a title of ten thousand letters is found by its first words."""
_LONGEST: Final = 4000
_LONGEST_WORD: Final = 64
_WORD: Final = re.compile(r"\w+")
_IDEOGRAPHS: Final = re.compile(
    "[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
"""Letters of scripts that put no spaces between words: each of them begins a word of its own."""


def folded(text: str) -> str:
    """Return a text as it is compared: `Müßigbrodt`, `MÜSSIGBRODT` and `mussigbrodt` are the same.

    NFKD without combining marks (Unicode Technical Standard 10 calls that the primary strength, roughly):
    vowel signs of Arabic and Hebrew go as accents do.
    """
    apart = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, at most MOST_WORDS."""
    found = _WORD.findall(folded(text).replace("_", " "))
    return [word[:_LONGEST_WORD] for word in found[:MOST_WORDS]]


def search_text(texts: Iterable[str]) -> str:
    """Return what words are looked for in: every word once, a space before it.

    A word of a script without spaces is also found from each of its letters on.
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in words_of(text):
            found[word] = None
            for letter in _IDEOGRAPHS.finditer(word):
                found[word[letter.start() :]] = None
    return "".join(f" {word}" for word in [*found][: 4 * MOST_WORDS])
