"""Phrases of the vocabulary as one search over the words of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from framewell_ingest.rights.spelling import as_misread

_GAP = r"(?:[^\W_]+ ){0,4}?"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Finds any of its phrases; `misread` finds them as a scanner may have read them, too."""

    pattern: re.Pattern[str]
    misread: re.Pattern[str]

    @classmethod
    def of(cls, *groups: Mapping[str, str] | str) -> Phrases:
        """Return the search for the phrases of all groups, one a line."""
        texts = [text for group in groups for text in ([group] if isinstance(group, str) else group.values())]
        lines = sorted(
            {" ".join(line.split()) for text in texts for line in text.splitlines() if line.strip()}
        )
        return cls(_pattern(lines, str), _pattern(lines, as_misread))

    def found_in(self, words: str, *, misread: bool = False) -> bool:
        """Return whether a phrase stands in `words` (of `spelling.words_of`)."""
        if self.pattern.search(words):
            return True
        return misread and self.misread.search(as_misread(words)) is not None

    def without(self, words: str) -> str:
        """Return the words without the phrases."""
        return self.pattern.sub(" ", words)


def _pattern(lines: list[str], spelled: Callable[[str], str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?<= ){_phrase(line, spelled)}" for line in lines))


def _phrase(line: str, spelled: Callable[[str], str]) -> str:
    return "".join(_GAP if part == "~" else f"(?:{_words(part, spelled)}) " for part in line.split())


def _words(part: str, spelled: Callable[[str], str]) -> str:
    return "|".join(spelled(word).replace("*", r"\w*") for word in part.split("|"))
