"""What stands in a file about its rights, before anybody says what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Property = Literal[
    "copyright",
    "usage_terms",
    "instructions",
    "caption",
    "licence",
    "terms_elsewhere",
    "constraint",
    "dated",
    "marked",
    "copyright_status",
    "data_mining",
    "tdm_reservation",
    "tdm_policy",
    "tdm_offer",
    "robots",
    "training_mining",
    "unreadable",
]
"""What kind of property it is; `docs/rights.md` says which properties of which format are which."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One property that stands in a file, or came with it: what, where, and in which words."""

    origin: str
    """`exif`, `xmp`, `iptc`, `container`, `c2pa`, `tdmrep` or `robots`."""
    found_at: str
    """Where it stands, e.g. `EXIF 0x8298 Copyright`."""
    property: Property
    text: str
