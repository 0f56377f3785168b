"""What one check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. A `problem` keeps the mesh from its promises, a `note` does not."""

    name: str
    state: State
    found: str
    advice: str = ""
    """What to do about it; empty when nothing need be done."""
