"""Words to report instead of a network's classes: each sums classes up, and a wider word stands behind it.

A picture of an animal that the network does not know spreads over many classes: no class is sure, and the
likeliest one is wrong. Their sum is sure, and the word for it is right. So a word is reported when the
classes it sums up reach its threshold together, and a wider word only where no narrower one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Array, Float

FILE: Final = "vocabulary.txt"

_LINE = re.compile(
    r"(?P<word>[^<@:]+?)(?: < (?P<wider>[^@:]+?))?(?: @ (?P<threshold>[.\d]+))?: (?P<outputs>.+)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: the wider word behind it ("" for none), and its own threshold (None: the general one)."""

    text: str
    wider: str
    threshold: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """`sums` is [classes, words]: 1 where a word sums a class up."""

    words: tuple[Word, ...]
    sums: Float

    @staticmethod
    def read(text: str, classes: int) -> Vocabulary:
        """Read lines of `word < wider word @ threshold: outputs`; `#` begins a comment.

        Raises ValueError for a line that is none, an output the network does not have, and a word of which
        the wider word, which stands before it, does not sum up all.
        """
        words: dict[str, Word] = {}
        outputs: dict[str, set[int]] = {}
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line)
            if found is None:
                raise ValueError(f"{line!r} is no line of a vocabulary")
            word = Word(
                found["word"], found["wider"] or "", float(found["threshold"]) if found["threshold"] else None
            )
            own = outputs[word.text] = set(_numbers(found["outputs"]))
            if max(own) >= classes:
                raise ValueError(f"{word.text}: the network has {classes} classes only")
            if word.wider and not own <= outputs.get(word.wider, set()):
                raise ValueError(f"{word.text}: {word.wider} does not sum up all of its classes")
            words[word.text] = word
        sums = np.zeros((classes, len(words)), np.float32)
        for column, text_of_word in enumerate(words):
            sums[sorted(outputs[text_of_word]), column] = 1
        return Vocabulary(tuple(words.values()), sums)

    def reported(self, probabilities: Array, general: float) -> Mapping[str, float]:
        """Return the narrowest words that reach their thresholds, with the sums of their classes (0 to 1)."""
        scores = np.minimum(probabilities.astype(np.float32) @ self.sums, 1)
        sure = {
            word.text: float(score)
            for word, score in zip(self.words, scores, strict=True)
            if score >= (general if word.threshold is None else word.threshold)
        }
        covered = {wider for word in self.words if word.text in sure for wider in self._wider(word)}
        return {text: score for text, score in sure.items() if text not in covered}

    def _wider(self, word: Word) -> Iterable[str]:
        """Return every wider word behind a word."""
        by_text = {one.text: one for one in self.words}
        while word.wider:
            yield word.wider
            word = by_text[word.wider]

    def broader(self, text: str) -> list[str]:
        """Return a word and every wider word behind it, the narrowest first."""
        word = next(one for one in self.words if one.text == text)
        return [text, *self._wider(word)]


def shipped_vocabulary(classes: int) -> Vocabulary:
    """Return the vocabulary for the 1000 ImageNet classes that ships with the service."""
    return Vocabulary.read((resources.files(__package__) / FILE).read_text(encoding="utf-8"), classes)


def _numbers(text: str) -> Iterable[int]:
    for part in text.split():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
