"""The invariants, as pure functions of what was seen. Each returns what is wrong; nothing, if all is well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from chaos.journal import JournalEntry

H = TypeVar("H", bound=Hashable)


class Effect(NamedTuple):
    """One visible effect of a cause: an event, with its id and a digest of what it says."""

    cause: str
    id: str
    digest: bytes


def lost(causes: Iterable[H], answered: Collection[H]) -> list[H]:
    """Causes that Kafka acknowledged and nothing answers."""
    return [cause for cause in causes if cause not in answered]


def doubled(effects: Iterable[Effect]) -> list[str]:
    """Causes whose effect is visible more than once.

    A repeated event with the same id and the same content is one effect: every reader drops it by its id.
    A second id, or other content under the same id, is a second effect.
    """
    seen: dict[str, set[tuple[str, bytes]]] = defaultdict(set)
    for effect in effects:
        seen[effect.cause].add((effect.id, effect.digest))
    return [cause for cause, different in seen.items() if len(different) > 1]


def out_of_order(entries: Iterable[JournalEntry]) -> list[str]:
    """Keys of which a record was first attempted before the first attempt at an earlier one had ended.

    Entries are `attempt` and `ended`. An attempt that died, or was given back, has no end: the record is
    attempted again before its successors.
    """
    begun: dict[str, dict[int, int]] = defaultdict(dict)
    ended: dict[str, dict[int, int]] = defaultdict(dict)
    for entry in entries:
        times = (ended if entry.what == "ended" else begun)[entry.key]
        times[entry.number] = min(entry.at_ns, times.get(entry.number, entry.at_ns))
    never = float("inf")
    return [
        key
        for key, times in begun.items()
        if any(times[later] < ended[key].get(earlier, never) for earlier, later in pairwise(sorted(times)))
    ]


def committed_past_unfinished(
    committed: Mapping[int, int], written: Mapping[int, Mapping[int, str]], finished: Collection[str]
) -> list[str]:
    """Causes below the committed offset of their partition that are not finished.

    `committed` and `written` are by partition; `written` maps offset to cause. What is finished must have
    been looked up after the commits were read, for work may finish in between, but never the reverse.
    """
    return [
        cause
        for partition, offset in committed.items()
        for place, cause in written.get(partition, {}).items()
        if place < offset and cause not in finished
    ]


def zombie_writes(trail: Sequence[int]) -> int:
    """How many writes of an older epoch stand after one of a newer epoch, in the order they were accepted."""
    highest, late = 0, 0
    for epoch in trail:
        late += epoch < highest
        highest = max(highest, epoch)
    return late


def state_hash(
    collections: Mapping[str, Iterable[Mapping[str, Any]]], *, without: Collection[str] = ()
) -> str:
    """One hash over all documents, whatever their order; fields in `without` do not count."""
    digest = sha256()
    for name in sorted(collections):
        lines = sorted(_canonical(document, without) for document in collections[name])
        digest.update(f"{name} {len(lines)}\n".encode())
        for line in lines:
            digest.update(line.encode())
    return digest.hexdigest()


def _canonical(value: Any, without: Collection[str]) -> str:
    if isinstance(value, Mapping):
        inner = (f"{key}={_canonical(value[key], without)}" for key in sorted(value) if key not in without)
        return "{" + ",".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_canonical(one, without) for one in value) + "]"
    return repr(value)
