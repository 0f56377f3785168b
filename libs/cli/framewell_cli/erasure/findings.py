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


def proved(looked: Sequence[Looked], limits: str = "") -> bool:
    """Return whether everything was searched, for all that is to be forgotten, and nothing is left."""
    return not limits and not any(one.left or one.not_searched for one in looked)


def verdict(looked: Sequence[Looked], limits: str = "") -> str:
    """Return the last line: that nothing was found, or what and where, or why that is not proved.

    `limits` says what could not be searched for.
    """
    notes = [limits] if limits else []
    blind = [one for one in looked if one.not_searched]
    if blind:
        reasons = dict.fromkeys(one.not_searched for one in blind)
        why = "; ".join(
            f"{', '.join(one.place for one in blind if one.not_searched == reason)}: {reason}"
            for reason in reasons
        )
        places = "1 place was" if len(blind) == 1 else f"{len(blind)} places were"
        notes.append(f"{places} not searched ({why})")
    left = [f"{one.place} ({one.findings[0].where})" for one in looked if one.left]
    if left:
        return "; ".join([f"left behind: {'; '.join(left)}", *notes])
    nothing = f"nothing found in {sum(one.searched for one in looked)} documents, objects, records and files"
    expiring = sum(each.count for one in looked for each in one.findings if each.verdict is Verdict.EXPIRES)
    if expiring:
        nothing += f" ({expiring} records in topics expire by themselves)"
    if notes:
        return f"not proved: {'; '.join(notes)}; {nothing.replace('nothing found', 'nothing was found')}"
    return nothing
