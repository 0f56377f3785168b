"""Whose signature under content credentials is believed: two lists that an operator keeps in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_MOST_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class TrustLists:
    """`anchors.pem` (certificates of authorities) and `revoked.txt` (serial numbers of signers, decimal).

    They are read for every file, so a change counts from the next one on.
    """

    folder: Path | None = None

    def parameters(self) -> Mapping[str, Any]:
        """Return the lists for a sandboxed child. Raises OSError or ValueError for an unreadable one."""
        if self.folder is None:
            return {}
        return {
            "anchors": self._text("anchors.pem"),
            "revoked": self._text("revoked.txt").split(),
        }

    def _text(self, name: str) -> str:
        path = (self.folder or Path()) / name
        if not path.exists():
            return ""
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"the trust list {path} is larger than {_MOST_BYTES:,} bytes")
        return path.read_text("utf-8")
