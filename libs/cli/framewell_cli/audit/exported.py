"""The audit log as a file: JSON lines, first the seals, then the entries, chain after chain.

A seal: `{"kind": "seal", "signed": <base64>, "signature": <base64>, …}`; what it says stands in `signed`, the
bytes that were signed, and beside it in plain. An entry: `{"kind": "entry", "text": …, "hash": …}`, where the
hash is the SHA-256 of the text.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell_cli.errors import UsageProblem
from framewell_contracts.audit.chains import Problem, Seals, check_whole
from framewell_contracts.audit.entries import AuditEntry, BadEntry, entry_from_text
from framewell_contracts.audit.seals import PublicKeys, signed_bytes

MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a file found; `problems` are the first of `problem_count`."""

    entries: int
    seals: int
    sealed_entries: int
    problem_count: int
    problems: tuple[Problem, ...]


def seal_line(sealed: AuditSealed) -> dict[str, Any]:
    """Return a seal as a line says it."""
    return {
        "kind": "seal",
        "chain": sealed.chain_id,
        "entry_count": sealed.entry_count,
        "head": sealed.head,
        "sealed_at": sealed.sealed_at.ToJsonString(),
        "key_id": sealed.key_id,
        "signed": base64.b64encode(signed_bytes(sealed)).decode(),
        "signature": base64.b64encode(sealed.signature).decode(),
    }


def entry_line(text: str, stored: str) -> dict[str, Any]:
    """Return an entry as a line says it."""
    return {"kind": "entry", "text": text, "hash": stored}


def check_file(path: Path, keys: PublicKeys, against: Path | None = None) -> Checked:
    """Return what is wrong with an exported log; `against` is an earlier export, whose seals must be met too.

    Reads the file twice, line by line: memory grows with the seals, not with the entries. Raises UsageProblem
    for what is no exported log.
    """
    seals, found, count = Seals(keys), list[Problem](), _Count()
    problems = [problem for sealed in _seals(path, against) for problem in seals.add(sealed)]
    number = len(problems)
    found += problems[:MOST_NAMED]
    for problem in check_whole(count.through(_entries(path)), seals):
        number += 1
        if len(found) < MOST_NAMED:
            found.append(problem)
    sealed_entries = sum(min(seals.last(chain), length) for chain, length in count.lengths.items())
    return Checked(count.entries, seals.count, sealed_entries, number, tuple(found))


class _Count:
    """Counts entries on their way to the check."""

    def __init__(self) -> None:
        self.lengths: dict[str, int] = {}

    @property
    def entries(self) -> int:
        return sum(self.lengths.values())

    def through(self, entries: Iterable[tuple[AuditEntry, str]]) -> Iterator[tuple[AuditEntry, str]]:
        for entry, stored in entries:
            self.lengths[entry.chain] = self.lengths.get(entry.chain, 0) + 1
            yield entry, stored


def _seals(*paths: Path | None) -> Iterator[AuditSealed]:
    met: set[bytes] = set()
    for path in paths:
        for where, line in _lines(path) if path is not None else ():
            if line.get("kind") == "seal":
                sealed = _sealed(where, line)
                if (known := sealed.SerializeToString(deterministic=True)) not in met:
                    met.add(known)
                    yield sealed


def _sealed(where: str, line: dict[str, Any]) -> AuditSealed:
    try:
        sealed = AuditSealed.FromString(base64.b64decode(line["signed"], validate=True))
        sealed.signature = base64.b64decode(line["signature"], validate=True)
    except (KeyError, TypeError, binascii.Error, DecodeError) as error:
        raise UsageProblem(f"{where} is no seal of an exported audit log.") from error
    return sealed


def _entries(path: Path) -> Iterator[tuple[AuditEntry, str]]:
    for where, line in _lines(path):
        if line.get("kind") != "entry":
            continue
        try:
            entry = entry_from_text(str(line["text"]))
        except (KeyError, BadEntry) as error:
            raise UsageProblem(f"{where} is no entry of an exported audit log.") from error
        yield entry, str(line.get("hash", ""))


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise UsageProblem(f"{path}, line {number}: no line of an exported audit log.")
                yield f"{path}, line {number}:", line
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{path} cannot be read as an exported audit log: {error}") from error
