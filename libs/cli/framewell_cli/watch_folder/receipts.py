"""Receipts: what was asked for each file of a folder, kept so that a restart asks for the very same."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

from framewell_cli.watch_folder.completeness import FileState

Situation: TypeAlias = Mapping[str, FileState]
"""The states of a file, its sidecars and its marker, by name."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file on its way, with what lies beside it.

    `request` has no `uri` until that is known, `upload` is what it is sent as until then. `asset_id` is empty
    until it was asked for, `outcome` until it ended: `done` or `failed`, with its `sentence`.
    """

    name: str
    situation: Situation
    request_id: str
    request: dict[str, Any]
    upload: str = ""
    asset_id: str = ""
    outcome: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Receipts:
    """Receipts in a folder, one file each, replaced as a whole: a kill leaves the old one or the new one."""

    folder: Path

    def all(self) -> list[Receipt]:
        """Return every receipt; what cannot be read is none."""
        found = (_receipt(path) for path in sorted(self.folder.glob("*.json")))
        return [receipt for receipt in found if receipt is not None]

    def find(self, name: str) -> Receipt | None:
        """Return the receipt of the file with that name."""
        return _receipt(self._path(name))

    def keep(self, receipt: Receipt) -> None:
        """Write the receipt so that it outlives a crash of the machine."""
        temporary = self.folder / f".{uuid4().hex}"
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(asdict(receipt), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path(receipt.name))
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def drop(self, name: str) -> None:
        """Remove the receipt, if there is one."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{sha256(os.fsencode(name)).hexdigest()[:40]}.json"


def _receipt(path: Path) -> Receipt | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        situation = {name: FileState(**state) for name, state in document.pop("situation").items()}
        return Receipt(situation=situation, **document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
