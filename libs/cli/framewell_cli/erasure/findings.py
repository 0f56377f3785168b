"""What a search looked through and what it found, place by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What is to be thought of something that was found."""

    LEFT = "left"
    """It must not be there."""
    EXPIRES = "expires"
    """It goes by itself on a day that is known."""
    KEPT = "kept"
    """A law asks for it, or it is an id that says that somebody or something went."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found: how often, where first, and until when or why it stays."""

    verdict: Verdict
    count: int
    where: str
    why: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"verdict": str(self.verdict), "count": self.count, "where": self.where, "why": self.why}


@dataclass(frozen=True, slots=True)
class Looked:
    """One place that was looked through, or why it was not."""

    place: str
    searched: int = 0
    findings: Sequence[Finding] = ()
    not_searched: str = ""

    @property
    def left(self) -> bool:
        """Return whether something is there that must not be."""
        return any(one.verdict is Verdict.LEFT for one in self.findings)

    @property
    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "place": self.place,
            "searched": self.searched,
            "findings": [one.document for one in self.findings],
            "not_searched": self.not_searched,
        }
