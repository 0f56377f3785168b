"""Whisper's tokens: which are words, which steer the model, and how words are put together of them.

A token is a run of bytes; its line in `tokens.txt` writes each byte as one printable character, as GPT-2's
vocabulary does. A word begins at a token with a space before it; where a language sets no spaces, at every
character.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

UNSPACED: Final = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages whose words are not divided by spaces."""

_BEFORE_A_WORD: Final = "\"'“¿([{-‘«„"
_BEHIND_A_WORD: Final = "\"'.。,，!！?？:：”)]}、’»…%"

_UNFINISHED: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Tokens:
    """The vocabulary, one text a token in order of their numbers."""

    texts: Sequence[str]

    @cached_property
    def end(self) -> int:
        return self._number("<|endoftext|>")

    @cached_property
    def start(self) -> int:
        return self._number("<|startoftranscript|>")

    @cached_property
    def transcribe(self) -> int:
        return self._number("<|transcribe|>")

    @cached_property
    def without_times(self) -> int:
        return self._number("<|notimestamps|>")

    @cached_property
    def languages(self) -> range:
        """Return the numbers of the tokens that name a language; those after `start`."""
        return range(self.start + 1, self._number("<|translate|>"))

    def language(self, number: int) -> str:
        """Return the language (BCP 47) that a token names."""
        return self.texts[number].strip("<|>")

    def text(self, numbers: Sequence[int]) -> str:
        """Return what tokens of words say; bytes that make no character are U+FFFD."""
        data = bytes(self._bytes[character] for number in numbers for character in self.texts[number])
        return data.decode("utf-8", "replace")

    def words(self, numbers: Sequence[int], language: str) -> list[tuple[str, int]]:
        """Return words, each with the number of tokens it is made of; their texts together are the text.

        Punctuation belongs to the word that it stands at.
        """
        parts = list(self._characters(numbers))
        if language not in UNSPACED:
            parts = list(_joined_at_spaces(parts))
        return _with_punctuation(parts)

    def _characters(self, numbers: Sequence[int]) -> Iterator[tuple[str, int]]:
        """Yield the shortest runs of tokens that are whole characters."""
        held: list[int] = []
        for place, number in enumerate(numbers):
            held.append(number)
            text = self.text(held)
            if _UNFINISHED not in text or place == len(numbers) - 1:
                yield text, len(held)
                held = []

    def _number(self, text: str) -> int:
        return self.texts.index(text)

    @cached_property
    def _bytes(self) -> dict[str, int]:
        """Return the byte that each printable character stands for."""
        plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256)]
        others = [byte for byte in range(256) if byte not in plain]
        return {chr(byte): byte for byte in plain} | {chr(256 + at): byte for at, byte in enumerate(others)}


def _joined_at_spaces(parts: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    word, count = "", 0
    for text, tokens in parts:
        if word and text.startswith(" "):
            yield word, count
            word, count = "", 0
        word, count = word + text, count + tokens
    if word:
        yield word, count


def _with_punctuation(parts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    words: list[tuple[str, int]] = []
    opening = ("", 0)
    for text, tokens in parts:
        whole = (opening[0] + text, opening[1] + tokens)
        opening = ("", 0)
        if words and text.strip() and all(sign in _BEHIND_A_WORD for sign in text.strip()):
            words[-1] = (words[-1][0] + whole[0], words[-1][1] + whole[1])
        elif text.strip() and all(sign in _BEFORE_A_WORD for sign in text.strip()):
            opening = whole
        else:
            words.append(whole)
    return [*words, opening] if opening[1] else words
