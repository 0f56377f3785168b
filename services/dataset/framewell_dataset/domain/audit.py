"""The log of people's decisions: append-only, each entry sealed with the hash of the one before.

There are as many chains as `sample.reviewed` has partitions, and a sample's decisions are always in the
same one. An entry's place in its chain is its key in the store, so two writers cannot fork a chain: the
second finds the place taken. Entries name class ids and actors, never people on screen.
"""

import json
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
        """Return the SHA-256 over every field, the hash of the entry before among them."""
        return sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain as last noted: entries beyond it are fine, fewer are not."""

    chain: int
    place: int
    hash: str


def chain_of(sample_id: str) -> int:
    return crc32(sample_id.encode()) % CHAINS


class ChainCheck:
    """Follows a chain link by link; entries are added in order of place."""

    def __init__(self, head: Head | None) -> None:
        """`head`: the end of the chain as it was noted apart from the entries."""
        self._head = head
        self._previous, self._expected = GENESIS, 0
        self._at_head: str | None = None

    def add(self, entry: AuditEntry, stored: str) -> str:
        """Return what is wrong with an entry and the hash stored beside it, in words; empty when it holds."""
        where = f"entry {entry.place} of chain {entry.chain}"
        if entry.place != self._expected:
            return f"{where} follows entry {self._expected - 1}: entries are missing between them"
        if entry.previous != self._previous:
            return f"{where} does not continue the entry before it"
        if entry.hash != stored:
            return f"{where} (sample {entry.sample_id}) was changed after it was written"
        if self._head is not None and entry.place == self._head.place:
            self._at_head = stored
        self._previous, self._expected = stored, self._expected + 1
        return ""

    def end(self) -> str:
        """Return what is wrong with the chain's end, in words; empty when it holds."""
        if self._head is not None and self._at_head != self._head.hash:
            return (
                f"chain {self._head.chain} ends before entry {self._head.place}, or that entry was replaced"
            )
        return ""
