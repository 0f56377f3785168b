"""What is wrong with a log: its chains link by link, and held against their seals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.dataset.v1 import rights_service_pb2 as wire
from framewell_contracts.audit.entries import GENESIS, AuditEntry
from framewell_contracts.audit.seals import PublicKeys, is_signed
from framewell_contracts.sentences import say


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a chain, in one sentence."""

    kind: "wire.AuditProblemKind.ValueType"
    chain: str
    sentence: str


class Seals:
    """The seals that were published of a log, each with its signature checked."""

    def __init__(self, keys: PublicKeys) -> None:
        """`keys`: those that seals may be signed with, by id."""
        self._keys = keys
        self._heads: dict[str, dict[int, str]] = {}
        self.count = 0

    @property
    def chains(self) -> list[str]:
        """Return the ids of chains that were sealed."""
        return sorted(self._heads)

    def add(self, sealed: AuditSealed) -> Iterator[Problem]:
        """Take a seal in; yield what is wrong with it. One that nobody trusted signed counts for nothing."""
        self.count += 1
        chain, at = (
            sealed.chain_id,
            say(
                "audit.seal",
                "the seal of entry {entry} of chain {chain_id}",
                entry=sealed.entry_count - 1,
                chain_id=sealed.chain_id,
            ),
        )
        key = self._keys.get(sealed.key_id)
        if key is None:
            sentence = say(
                "audit.untrusted_seal",
                "{seal} was signed with a key that is not trusted ({key_id}…)",
                seal=at,
                key_id=sealed.key_id[:16],
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_FOREIGN_SEAL, chain, sentence)
        elif not is_signed(sealed, key):
            sentence = say(
                "audit.bad_signature", "{seal} says what was not signed: its signature does not fit", seal=at
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_BAD_SIGNATURE, chain, sentence)
        else:
            head = self._heads.setdefault(chain, {}).setdefault(sealed.entry_count, sealed.head)
            if head != sealed.head:
                sentence = say(
                    "audit.two_ends",
                    "two seals name different ends of chain {chain} at entry {entry_count}",
                    chain=chain,
                    entry_count=sealed.entry_count - 1,
                )
                yield Problem(wire.AUDIT_PROBLEM_KIND_FORK, chain, sentence)

    def head(self, chain: str, entry_count: int) -> str:
        """Return the hash that was sealed as the end of the chain when it had so many entries; else empty."""
        return self._heads.get(chain, {}).get(entry_count, "")

    def last(self, chain: str) -> int:
        """Return how many entries the chain had at its last seal, 0 when it was never sealed."""
        return max(self._heads.get(chain, {}), default=0)


@dataclass(slots=True)
class ChainCheck:
    """Follows one chain; entries are added in order of place. Keeps the last hash only."""

    chain: str
    seals: Seals
    entries: int = 0
    _previous: str = GENESIS
    _rewritten: bool = field(default=False)

    def add(self, entry: AuditEntry, stored: str) -> Iterator[Problem]:
        """Yield what is wrong with an entry and the hash stored beside it."""
        where = say("audit.entry", "entry {entry} of chain {chain}", entry=entry.place, chain=self.chain)
        if entry.place < self.entries:
            sentence = say("audit.fork", "{where} is there twice: the chain was forked", where=where)
            yield Problem(wire.AUDIT_PROBLEM_KIND_FORK, self.chain, sentence)
            return
        if entry.place > self.entries:
            sentence = say(
                "audit.gap",
                "{where} follows entry {before}: entries are missing between them",
                where=where,
                before=self.entries - 1,
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_GAP, self.chain, sentence)
        elif entry.previous != self._previous:
            sentence = say("audit.broken", "{where} does not continue the entry before it", where=where)
            yield Problem(wire.AUDIT_PROBLEM_KIND_CHANGED, self.chain, sentence)
        if entry.hash != stored or entry.chain != self.chain:
            sentence = say(
                "audit.changed",
                "{where} ({subject}) was changed after it was written",
                where=where,
                subject=entry.subject,
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_CHANGED, self.chain, sentence)
        self._previous, self.entries = stored, entry.place + 1
        sealed = self.seals.head(self.chain, self.entries)
        if sealed and sealed != stored and not self._rewritten:
            self._rewritten = True
            sentence = say(
                "audit.rewritten",
                "{where} is not the one that was sealed: the chain was rewritten",
                where=where,
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_REWRITTEN, self.chain, sentence)

    def end(self) -> Iterator[Problem]:
        """Yield what is wrong with the chain's end."""
        last = self.seals.last(self.chain)
        if last and not self.entries:
            sentence = say(
                "audit.deleted",
                "chain {chain} is gone: it was sealed with {entries} entries",
                chain=self.chain,
                entries=last,
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_DELETED, self.chain, sentence)
        elif last > self.entries:
            sentence = say(
                "audit.shortened",
                "chain {chain} has {entries} entries left: it was sealed with {sealed}",
                chain=self.chain,
                entries=self.entries,
                sealed=last,
            )
            yield Problem(wire.AUDIT_PROBLEM_KIND_SHORTENED, self.chain, sentence)


def check_whole(entries: Iterable[tuple[AuditEntry, str]], seals: Seals) -> Iterator[Problem]:
    """Yield what is wrong with a log, read once chain after chain, and which sealed chains it lacks."""
    current: ChainCheck | None = None
    seen: set[str] = set()
    for entry, stored in entries:
        if current is None or entry.chain != current.chain:
            if current is not None:
                yield from current.end()
            if entry.chain in seen:
                sentence = say("audit.twice", "chain {chain} begins twice", chain=entry.chain)
                yield Problem(wire.AUDIT_PROBLEM_KIND_FORK, entry.chain, sentence)
            current = ChainCheck(entry.chain, seals)
            seen.add(entry.chain)
        yield from current.add(entry, stored)
    if current is not None:
        yield from current.end()
    for chain in seals.chains:
        if chain not in seen:
            yield from ChainCheck(chain, seals).end()
