"""Entries of the log: one fact each, linked by the hash of the entry before."""

import json
from dataclasses import asdict, dataclass, fields
from hashlib import sha256

GENESIS = "0" * 64
"""Stands as `previous` in the first entry of a chain."""


class BadEntry(ValueError):
    """A text is no entry of a log."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One fact in its chain: who did what to whom, by ids, and the hash of the fact's bytes. No free words.

    A chain is a partition of a topic, `framewell.sample.reviewed.v1/0`; `place` counts its entries from 0.
    `offset` is where the fact stands in that partition, `event_id`, `source` and `time` are its envelope's,
    `digest` is the SHA-256 of its value. `subject` is what it is about (`sample:<id>`, `class:<id>`,
    `model:<name>@<version>`; a holder or a source by its keyed hash), `what` one word that says what
    happened, `principal` and `authority` who decided it, `decided_at` when (empty: not said).
    """

    chain: str
    place: int
    previous: str
    offset: int
    event_id: str
    source: str
    time: str
    digest: str
    subject: str
    class_id: str
    what: str
    principal: str
    authority: str
    decided_at: str

    @property
    def text(self) -> str:
        """Return the entry as JSON: ASCII, its keys in order, no white space. This is what is hashed."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """Return the SHA-256 of its text: of every field, the hash of the entry before among them."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def identity(self) -> str:
        """Return what tells its fact from every other."""
        return identity(self.source, self.event_id, self.digest)


def identity(source: str, event_id: str, digest: str) -> str:
    """Return the hash that tells a fact from every other.

    Two senders may choose the same id, and one may send it with other content: these are two facts.
    """
    return sha256(json.dumps([source, event_id, digest]).encode()).hexdigest()


def entry_from_text(text: str) -> AuditEntry:
    """Return the entry that a text holds. Raise BadEntry for any other text, or another spelling of it."""
    try:
        found = json.loads(text)
        entry = AuditEntry(**found)
    except (TypeError, ValueError) as error:
        raise BadEntry(f"no entry of an audit log: {text[:80]!r}") from error
    typed = all(type(getattr(entry, one.name)) is one.type for one in fields(AuditEntry))
    if not typed or entry.text != text:
        raise BadEntry(f"no entry of an audit log: {text[:80]!r}")
    return entry
