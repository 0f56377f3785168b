"""What one part of a finding says: the use, for which purposes, on what basis, and in which words."""

from __future__ import annotations

from typing import NamedTuple

from framewell.rights.v1.rights_pb2 import LEGAL_BASIS_UNSPECIFIED, LegalBasis, Purpose, Use


class Terms(NamedTuple):
    """No purposes means all of them; `words` say what a machine-readable text comes to."""

    use: Use.ValueType
    purposes: tuple[Purpose.ValueType, ...] = ()
    legal_basis: LegalBasis.ValueType = LEGAL_BASIS_UNSPECIFIED
    words: str = ""
