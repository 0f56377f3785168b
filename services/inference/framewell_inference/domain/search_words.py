"""What text comes to for search: words without case, accents and punctuation, umlauts in both spellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.inference_pb2 import ObservationSet

_WORD: Final = re.compile(r"\w+")
_QUOTED: Final = re.compile('["“”„«»]([^"“”„«»]*)["“”„«»]?')
_SPELT_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"}
)
_PLAIN: Final = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
SEARCHED: Final = frozenset({"text", "transcript", "label", "object", "region"})
"""Kinds of observations whose words are kept."""
LONGEST_WORD: Final = 64
"""Letters of a word that are compared."""


def has_words(found: ObservationSet) -> bool:
    """Return whether there is anything in a set that can be searched for."""
    return any(one.kind in SEARCHED for one in found.observations)


def words(text: str) -> list[str]:
    """Return the words of a text in order, as they are compared: `Müßiggang!` is `mussiggang`."""
    return [_without_accents(word) for word in _split(text)]


def spellings(text: str) -> Iterator[str]:
    """Yield the words of a text and, where one has umlauts, that word with them spelt out (`mueller`)."""
    for word in _split(text):
        yield _without_accents(word)
        spelt = word.translate(_SPELT_OUT)
        if spelt != word:
            yield _without_accents(spelt)


@dataclass(frozen=True, slots=True)
class Query:
    """What a text must hold: all words in any order, and phrases word by word."""

    all_of: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def parse(text: str) -> Query:
        """Return what a person typed: a part in quotation marks is a phrase."""
        phrases = tuple(found for part in _QUOTED.findall(text) if len(found := tuple(words(part))) > 1)
        return Query(tuple(dict.fromkeys(words(text))), phrases)

    def __call__(self, text: str) -> bool:
        """Return whether a text holds all of it."""
        forms = _forms(text)
        there = set().union(*forms)
        return there.issuperset(self.all_of) and all(_holds(forms, phrase) for phrase in self.phrases)


def _split(text: str) -> Iterable[str]:
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return (word[:LONGEST_WORD] for word in _WORD.findall(composed.replace("_", " ")))


def _without_accents(word: str) -> str:
    parts = unicodedata.normalize("NFD", word.translate(_PLAIN))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _forms(text: str) -> list[set[str]]:
    """Return the spellings of each word of a text, in order."""
    return [set(spellings(word)) for word in _split(text)]


def _holds(forms: Sequence[set[str]], phrase: Sequence[str]) -> bool:
    starts = range(len(forms) - len(phrase) + 1)
    return any(all(word in forms[at + place] for place, word in enumerate(phrase)) for at in starts)
