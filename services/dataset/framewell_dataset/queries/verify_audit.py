"""Whether the log of decisions holds: its chains, their seals, and each entry against the fact on Kafka."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from framewell.dataset.v1 import rights_service_pb2 as wire
from framewell_contracts.audit.chains import ChainCheck, Problem, Seals
from framewell_contracts.audit.entries import AuditEntry
from framewell_contracts.audit.seals import PublicKeys
from framewell_contracts.sentences import say
from framewell_dataset.ports.audit import AuditRepository, Reach, RecordedFact, RecordedFacts

MOST_NAMED = 100
BATCH = 500
"""Facts whose entries are looked up at once."""

NOTHING = Reach(0, 0, 0)


@dataclass(slots=True)
class Verified:
    """What a check found: counts, and the first problems."""

    entries: int = 0
    seals: int = 0
    sealed_entries: int = 0
    facts: int = 0
    waiting_facts: int = 0
    unreachable_entries: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def note(self, problem: Problem) -> None:
        """Count a problem, and keep it where there are not many yet."""
        self.problem_count += 1
        if len(self.problems) < MOST_NAMED:
            self.problems.append(problem)


class _Places:
    """Which places of which chains were met: one bit an entry, so a million entries take 125 kB."""

    def __init__(self) -> None:
        self._bits: dict[str, bytearray] = {}

    def add(self, chain: str, place: int) -> None:
        bits = self._bits.setdefault(chain, bytearray())
        if place >> 3 >= len(bits):
            bits.extend(bytes((place >> 3) + 1 - len(bits)))
        bits[place >> 3] |= 1 << (place & 7)

    def has(self, chain: str, place: int) -> bool:
        bits = self._bits.get(chain, b"")
        return place >> 3 < len(bits) and bool(bits[place >> 3] >> (place & 7) & 1)


@dataclass(frozen=True, slots=True)
class VerifyAudit:
    """Check everything that can be checked, reading one batch after another."""

    log: AuditRepository
    recorded: RecordedFacts

    async def __call__(self, keys: PublicKeys) -> Verified:
        """Return what was found; `keys` are those that seals may be signed with. Raises Busy."""
        found, met, seals = Verified(), _Places(), Seals(keys)
        async for sealed in self.recorded.seals():
            for problem in seals.add(sealed):
                found.note(problem)
        found.seals = seals.count
        lengths = await self._lengths()
        reach = await self.recorded.reach()
        for chain in sorted(reach):
            await self._check_facts(chain, reach[chain], met, found)
        # What retention deleted meanwhile cannot be asked for any more.
        later = await self.recorded.reach()
        for chain in sorted({*await self.log.chains(), *seals.chains}):
            within = _Within(lengths.get(chain, 0), later.get(chain, NOTHING), met)
            await self._check_chain(ChainCheck(chain, seals), within, found)
        return found

    async def _lengths(self) -> dict[str, int]:
        """Return how many entries each chain has: what is entered from now on may have a later fact."""
        lengths = {}
        for chain in await self.log.chains():
            last = await self.log.last(chain)
            lengths[chain] = 0 if last is None else last[0].place + 1
        return lengths

    async def _check_facts(self, chain: str, reach: Reach, met: _Places, found: Verified) -> None:
        batch: list[RecordedFact] = []
        async for fact in self.recorded.facts(chain, reach):
            batch.append(fact)
            if len(batch) == BATCH:
                await self._check_batch(chain, reach, batch, met, found)
                batch = []
        await self._check_batch(chain, reach, batch, met, found)

    async def _check_batch(
        self, chain: str, reach: Reach, batch: Sequence[RecordedFact], met: _Places, found: Verified
    ) -> None:
        known = {one.identity: one for one in await self.log.held([fact.identity for fact in batch])}
        for fact in batch:
            held = known.get(fact.identity)
            if held is not None:
                met.add(held.chain, held.place)
                found.facts += 1
            elif fact.offset >= reach.entered:
                found.waiting_facts += 1
            else:
                found.note(await self._without_entry(chain, fact))

    async def _without_entry(self, chain: str, fact: RecordedFact) -> Problem:
        event = say(
            "audit.fact",
            "the fact {fact} at offset {offset} of {chain}",
            fact=fact.event_id,
            offset=fact.offset,
            chain=chain,
        )
        others = await self.log.of_event(fact.source, fact.event_id)
        if others:
            sentence = say(
                "audit.other_fact",
                "{fact} is not what entry {entry} of chain {chain} says of it",
                fact=event,
                entry=others[0].place,
                chain=others[0].chain,
            )
            return Problem(wire.AUDIT_PROBLEM_KIND_OTHER_FACT, chain, sentence)
        return Problem(
            wire.AUDIT_PROBLEM_KIND_MISSING_ENTRY,
            chain,
            say("audit.no_entry", "{fact} has no entry in the log", fact=event),
        )

    async def _check_chain(self, check: ChainCheck, within: "_Within", found: Verified) -> None:
        newest: dict[str, AuditEntry] = {}
        async for entry, stored in self.log.entries(check.chain):
            found.entries += 1
            for problem in check.add(entry, stored):
                found.note(problem)
            if within.reach.compacted:
                _note_newest(newest, entry)
            if within.has_fact(entry):
                continue
            if within.may_be_gone(entry):
                found.unreachable_entries += 1
            else:
                found.note(_without_fact(entry))
        for entry in newest.values():
            if not within.has_fact(entry):
                found.note(_without_fact(entry))
        for problem in check.end():
            found.note(problem)
        found.sealed_entries += min(check.seals.last(check.chain), check.entries)


@dataclass(frozen=True, slots=True)
class _Within:
    """The entries of one chain that are held against facts, and what was met of these."""

    length: int
    reach: Reach
    met: _Places

    def has_fact(self, entry: AuditEntry) -> bool:
        """Return whether the entry's fact was met, or need not have been: it came after the check began."""
        return entry.place >= self.length or self.met.has(entry.chain, entry.place)

    def may_be_gone(self, entry: AuditEntry) -> bool:
        """Return whether its fact may have been deleted: it is older than what an expiring topic keeps."""
        reach = self.reach
        return reach.compacted or (reach.expires and entry.offset < reach.begin)


def _note_newest(newest: dict[str, AuditEntry], entry: AuditEntry) -> None:
    """Keep the entry that stands last in a compacted topic, by its key: the name of the model."""
    key = entry.subject.partition("@")[0]
    if key not in newest or newest[key].offset < entry.offset:
        newest[key] = entry


def _without_fact(entry: AuditEntry) -> Problem:
    sentence = say(
        "audit.no_fact",
        "entry {entry} of chain {chain} is about the fact {fact}, which stands neither at offset "
        "{offset} nor anywhere else",
        entry=entry.place,
        chain=entry.chain,
        fact=entry.event_id,
        offset=entry.offset,
    )
    return Problem(wire.AUDIT_PROBLEM_KIND_MISSING_FACT, entry.chain, sentence)
