"""Searching everything that a service stores for what an erasure must not have left."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import bson

from framewell_kit.documents.protocol import Documents
from framewell_kit.holdings import OBJECTS, Holdings
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import BY_ID, scan

MOST_PLACES = 20
BLOCK_BYTES = 4 << 20
_OBJECT_KEY = re.compile(rb"[0-9a-f]{2}/[0-9a-f]{64}(?:\.[A-Za-z0-9]+)*")


class Needles:
    """What is searched for: as it is, and text without regard to case."""

    def __init__(self, needles: Sequence[str]) -> None:
        self._exact = [needle.encode() for needle in needles]
        self._folded = [needle.casefold() for needle in needles]
        self.longest = max((len(each) for each in self._exact), default=0)

    def within(self, data: bytes) -> frozenset[int]:
        """Return the places in the list of those needles that stand in the bytes."""
        text = data.decode("utf-8", "replace").casefold()
        pairs = zip(self._exact, self._folded, strict=True)
        return frozenset(
            place for place, (exact, folded) in enumerate(pairs) if exact in data or folded in text
        )


@dataclass(slots=True)
class Searched:
    """What was found in one store."""

    store: str
    kept: str = ""
    searched: int = 0
    found: int = 0
    places: list[str] = field(default_factory=list)
    needles: set[int] = field(default_factory=set)

    def note(self, place: str, needles: frozenset[int]) -> None:
        """Count what was looked through, and note where needles stand in it."""
        self.searched += 1
        if not needles:
            return
        self.found += 1
        self.needles |= needles
        if len(self.places) < MOST_PLACES:
            self.places.append(place)


@dataclass(frozen=True, slots=True)
class HoldingsSearch:
    """Searches the documents of a service as they lie in the database, and the objects that they name."""

    documents: Documents
    objects: Objects
    holdings: Holdings

    async def __call__(self, needles: Sequence[str]) -> list[Searched]:
        """Return what was found, store by store in alphabetical order. Raises Busy."""
        wanted, keys = Needles(needles), set[str]()
        found = [await self._collection(each, wanted, keys) for each in await self.documents.collections()]
        found.append(await self._objects(sorted(keys), wanted))
        return sorted(found, key=lambda each: each.store)

    async def _collection(self, name: str, needles: Needles, keys: set[str]) -> Searched:
        row = self.holdings.get(name)
        searched = Searched(name, row.kept if row else "")
        async for document in scan(self.documents, name, {}, BY_ID):
            raw = bson.encode(document)
            searched.note(str(document["_id"]), needles.within(raw))
            keys.update(match.decode() for match in _OBJECT_KEY.findall(raw))
        return searched

    async def _objects(self, keys: Sequence[str], needles: Needles) -> Searched:
        searched = Searched(OBJECTS)
        for key in keys:
            standing = set(needles.within(key.encode()))
            try:
                async for block in self._blocks(key, needles.longest):
                    standing |= needles.within(block)
            except NotFound:
                continue  # named, and gone
            searched.note(key, frozenset(standing))
        return searched

    async def _blocks(self, key: str, overlap: int) -> AsyncIterator[bytes]:
        """Yield an object block by block, each beginning with the end of the one before it."""
        offset, end = 0, b""
        while block := await self.objects.read_range(key, offset, BLOCK_BYTES):
            yield end + block
            offset, end = offset + len(block), block[-overlap:] if overlap else b""
