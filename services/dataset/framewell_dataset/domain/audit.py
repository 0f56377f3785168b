"""The log of people's decisions: append-only, each entry sealed with the hash of the one before.

There are as many chains as `sample.reviewed` has partitions, and a sample's decisions are always in the
same one. An entry's place in its chain is its key in the store, so two writers cannot fork a chain: the
second finds the place taken. Entries name class ids and actors, never people on screen.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from zlib import crc32

CHAINS = 3
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One decision in its chain; `event_id` is the fact's, so that a redelivery adds nothing."""

    chain: int
    place: int
    previous: str
    event_id: str
    sample_id: str
    dataset_id: str
    class_id: str
    decision: str
    principal: str
    authority: str
    decided_at: str
    note: str
    revision: int

    @property
    def hash(self) -> str:
        """SHA-256 over every field, the hash of the entry before among them."""
        return sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain as last noted: entries beyond it are fine, fewer are not."""

    chain: int
    place: int
    hash: str


def chain_of(sample_id: str) -> int:
    return crc32(sample_id.encode()) % CHAINS


def broken_link(entries: Iterable[tuple[AuditEntry, str]], head: Head | None) -> str:
    """What is wrong with a chain, in words; empty when every link holds.

    `entries` are in order of place, each with the hash stored beside it.
    """
    previous, expected, noted = GENESIS, 0, None
    for entry, stored in entries:
        where = f"entry {entry.place} of chain {entry.chain}"
        if entry.place != expected:
            return f"{where} follows entry {expected - 1}: entries are missing between them"
        if entry.previous != previous:
            return f"{where} does not continue the entry before it"
        if entry.hash != stored:
            return f"{where} (sample {entry.sample_id}) was changed after it was written"
        if head is not None and entry.place == head.place:
            noted = stored
        previous, expected = stored, expected + 1
    if head is not None and noted != head.hash:
        return f"chain {head.chain} ends before entry {head.place}, or that entry was replaced"
    return ""
