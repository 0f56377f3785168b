"""The labels of a model: a file with one a line, in order of outputs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from framewell_models.manifest import ManifestError

LABELS_LIMIT: Final = 4 << 20
"""Longest file of labels, in bytes."""

MOST_LABELS: Final = 100_000
"""Most labels of a model."""

LONGEST_LABEL: Final = 300
"""Most characters of a label; questions about observations take none longer."""

_INVISIBLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS_TEXT: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def read_labels(path: Path) -> tuple[str, ...]:
    """Return the lines of a file of labels, without space around them.

    Raises ManifestError as `read_lines` does, and for what `check_labels` refuses.
    """
    labels = read_lines(path)
    check_labels(labels, path.name)
    return labels


def read_lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a file, without space around them, whatever they are.

    Raises ManifestError for a file that is no text of at most LABELS_LIMIT bytes.
    """
    try:
        if path.stat().st_size > LABELS_LIMIT:
            raise ManifestError(f"{path.name} is longer than {LABELS_LIMIT >> 20} MiB")
        lines = path.read_text(encoding="utf-8-sig").rstrip().split("\n")
    except OSError as error:
        raise ManifestError(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path.name} is no text in UTF-8: {error.reason}") from error
    return tuple(line.strip() for line in lines)


def check_labels(labels: Sequence[str], called: str) -> None:
    """Raise ManifestError, with the line, for labels that say nothing, hide something or are there twice."""
    if len(labels) > MOST_LABELS:
        raise ManifestError(f"{called} has {len(labels)} lines: a model has at most {MOST_LABELS} labels")
    lines: dict[str, int] = {}
    for line, label in enumerate(labels, 1):
        if not label:
            raise ManifestError(f"{called}: line {line} is empty: every output has a label")
        if len(label) > LONGEST_LABEL:
            raise ManifestError(f"{called}: line {line} has more than {LONGEST_LABEL} characters")
        if any(unicodedata.category(sign) in _INVISIBLE or sign in _TURNS_TEXT for sign in label):
            raise ManifestError(f"{called}: line {line} has control characters")
        if (before := lines.setdefault(label, line)) != line:
            raise ManifestError(f"{called}: line {line} is {label!r}, as line {before} is: tell them apart")


def distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels of which none is empty or there twice: such a one gets the number of its line."""
    known = set(labels)
    apart: list[str] = []
    seen: set[str] = set()
    for line, label in enumerate(labels, 1):
        new = label.strip()
        if not new or new in seen:
            new = f"{new} ({line})".strip()
            while new in known or new in seen:
                new = f"{new} ({line})"
        seen.add(new)
        apart.append(new)
    return tuple(apart)
