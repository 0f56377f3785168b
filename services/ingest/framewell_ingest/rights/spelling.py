"""One spelling for free text, so that looks do not decide what is read.

Rights lines come from scanners, from twenty years of tools and from people who try to be overlooked: with
invisible characters, letters of another script, words broken at the end of a line, digits for letters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕһԁԛԝмткнвгпиαενορτυικχβηγѵ" + "łøđıßæœ",
    "aeopcyxijshdqwmtkhbrnuaevoptuikxbhyv" + "lodisao",
)
"""Letters of Cyrillic and Greek that look like Latin ones, and Latin ones that do not decompose."""
_BROKEN_WORD: Final = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011]\s*[\r\n]+\s*(?=[^\W\d_])")
_SPACED_OUT: Final = re.compile(r"(?<!\w)(?:[^\W\d_] ){2,}[^\W\d_](?!\w)")
_CONTRACTED: Final = re.compile(r"(?<=n)['\u2019\u02bc`´]t\b")
_SENTENCE_END: Final = re.compile(r"[.;!?](?=\s|$)")
_OTHER_SIGNS: Final = re.compile(r"[^\w|]+|_+")
_MISREAD: Final = str.maketrans("01l|5", "oiiis")

SENTENCE_BREAK: Final = "|"
"""The token that stands for the end of a sentence."""


def without_invisible(text: str) -> str:
    """Return text without characters that nobody sees: zero width, soft hyphens, marks of direction."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Co", "Cn", "Cs"))


def folded(text: str) -> str:
    """Return the text in lower case, plain Latin letters where it looks like them, without accents."""
    compatible = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    parts = unicodedata.normalize("NFD", compatible.translate(_LOOKALIKES))
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).translate(_LOOKALIKES)


def words_of(text: str) -> str:
    """Return the words of a text, folded, with one space before, between and after them.

    Broken and spaced out words are joined, `can't` is one word, and a `|` stands for the end of a sentence.
    """
    line = folded(_BROKEN_WORD.sub("", without_invisible(text)))
    line = _CONTRACTED.sub("t", line).replace("|", "l")
    line = _OTHER_SIGNS.sub(" ", _SENTENCE_END.sub(f" {SENTENCE_BREAK} ", line))
    line = _SPACED_OUT.sub(lambda spaced: spaced[0].replace(" ", ""), line)
    return f" {' '.join(line.split())} "


def as_misread(words: str) -> str:
    """Return words as a scanner may have read them: `l`, `1` and `i` are one, `0` is `o`, `rn` is `m`."""
    return words.translate(_MISREAD).replace("rn", "m").replace("vv", "w")
