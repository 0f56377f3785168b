"""The audit log as a file: JSON lines, first the seals, then the entries, chain after chain.

A seal: `{"kind": "seal", "signed": <base64>, "signature": <base64>, …}`; what it says stands in `signed`, the
bytes that were signed, and beside it in plain. An entry: `{"kind": "entry", "text": …, "hash": …}`, where the
hash is the SHA-256 of the text. A line of any other kind, or with more in it, is none of an exported log.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.dataset.v1 import rights_service_pb2 as wire
from framewell_cli.errors import UsageProblem
from framewell_contracts.audit.chains import Problem, Seals, check_whole
from framewell_contracts.audit.entries import AuditEntry, BadEntry, entry_from_text
from framewell_contracts.audit.seals import PublicKeys, signed_bytes

MOST_NAMED = 100
_ENTRY = {"kind", "text", "hash"}


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
    for what is no exported log, and for an earlier export without seals.
    """
    seals, found, count, number = Seals(keys), list[Problem](), _Count(), 0
    for problem in _problems(path, against, seals, count):
        number += 1
        if len(found) < MOST_NAMED:
            found.append(problem)
    sealed_entries = sum(min(seals.last(chain), length) for chain, length in count.lengths.items())
    return Checked(count.entries, seals.count, sealed_entries, number, tuple(found))


def _problems(path: Path, against: Path | None, seals: Seals, count: _Count) -> Iterator[Problem]:
    for sealed, changed in _seals(path, against):
        yield from changed
        yield from seals.add(sealed)
    yield from check_whole(count.through(_entries(path)), seals)
    yield from _unsealed(path, count.lengths, seals.chains)


def _unsealed(path: Path, lengths: dict[str, int], sealed: Collection[str]) -> Iterator[Problem]:
    """Yield which chains no trusted seal vouches for: anybody could have written them."""
    if not lengths and not sealed:
        sentence = f"{path} has no entries and no seals that are trusted: it shows nothing"
        yield Problem(wire.AUDIT_PROBLEM_KIND_UNSEALED, "", sentence)
    for chain, length in lengths.items():
        if chain not in sealed:
            sentence = (
                f"no seals of chain {chain}: nobody vouches for its {length} entries (were they entered just "
                "now, run 'framewell audit seal', then export again)"
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_UNSEALED, chain, sentence)


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


def _seals(path: Path, against: Path | None) -> Iterator[tuple[AuditSealed, list[Problem]]]:
    """Yield each seal once, with what its line says beside it that was not signed."""
    met: set[bytes] = set()
    for each in (path, against):
        number = 0
        for where, line in _lines(each) if each is not None else ():
            if line["kind"] == "seal":
                number += 1
                sealed, changed = _sealed(where, line)
                if (known := sealed.SerializeToString(deterministic=True)) not in met or changed:
                    met.add(known)
                    yield sealed, changed
        if each is against and each is not None and not number:
            raise UsageProblem(f"{each} has no seals: there is nothing to hold the log against.")


def _sealed(where: str, line: dict[str, Any]) -> tuple[AuditSealed, list[Problem]]:
    try:
        sealed = AuditSealed.FromString(base64.b64decode(line["signed"], validate=True))
        sealed.signature = base64.b64decode(line["signature"], validate=True)
        signed = seal_line(sealed)
    except (KeyError, TypeError, ValueError, DecodeError) as error:
        raise UsageProblem(f"{where} is no seal of an exported audit log.") from error
    differing = [name for name in sorted({*signed, *line}) if line.get(name) != signed.get(name)]
    sentences = (
        f"{where} its seal says {name} {line.get(name)!r}, what was signed {signed.get(name)!r}"
        for name in differing
    )
    kind = wire.AUDIT_PROBLEM_KIND_CHANGED
    return sealed, [Problem(kind, sealed.chain_id, sentence) for sentence in sentences]


def _entries(path: Path) -> Iterator[tuple[AuditEntry, str]]:
    for where, line in _lines(path):
        if line["kind"] != "entry":
            continue
        if not line.keys() <= _ENTRY:
            raise UsageProblem(f"{where} is no entry of an exported audit log.")
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
                if line.get("kind") not in {"seal", "entry"}:
                    kind = line.get("kind")
                    raise UsageProblem(
                        f"{path}, line {number}: an exported audit log has no line of kind {kind!r}."
                    )
                yield f"{path}, line {number}:", line
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{path} cannot be read as an exported audit log: {error}") from error
