"""A document store in memory, for tests: passes the suite that the real store passes."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import bson
from bson.codec_options import CodecOptions

from framewell_kit.documents.matching import apply_change, matches, sort_key
from framewell_kit.documents.protocol import Change, Document, Query, Sort

_CODEC: "CodecOptions[dict[str, Any]]" = CodecOptions(tz_aware=True, tzinfo=UTC)


def _stored(document: Document) -> Document:
    """Return the document as a database would give it back. Raises for what BSON cannot hold."""
    return bson.decode(bson.encode(document), _CODEC)


class MemoryDocuments:
    """Documents in a dict. Every method completes without yielding, so each is one atomic step."""

    def __init__(self) -> None:
        self._collections: dict[str, dict[str, Document]] = {}
        self._unique: dict[str, set[tuple[str, ...]]] = {}

    async def insert_once(self, collection: str, document: Document) -> bool:
        kept = self._collections.setdefault(collection, {})
        if document["_id"] in kept or self._violates(collection, document):
            return False
        kept[document["_id"]] = _stored(document)
        return True

    async def insert_each_once(self, collection: str, documents: Sequence[Document]) -> int:
        return sum([await self.insert_once(collection, document) for document in documents])

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        found = self._collections.get(collection, {}).get(id)
        return None if found is None else _stored(found)

    async def find(
        self,
        collection: str,
        query: Query,
        *,
        sort: Sort | None = None,
        limit: int | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Document]:
        found = self._matching(collection, query, sort)[:limit]
        if fields is not None:
            kept = {"_id", *fields}
            found = [{name: value for name, value in one.items() if name in kept} for one in found]
        return [_stored(document) for document in found]

    async def update(
        self,
        collection: str,
        id: str,  # noqa: A002
        change: Change,
        *,
        expect: Query | None = None,
        upsert: bool = False,
    ) -> Document | None:
        kept = self._collections.setdefault(collection, {})
        before = kept.get(id)
        if before is None:
            if not upsert:
                return None
            seed = {name: wanted for name, wanted in (expect or {}).items() if not isinstance(wanted, dict)}
            kept[id] = _stored(apply_change({"_id": id, **seed}, change, inserting=True))
        elif expect is not None and not matches(before, expect):
            return None
        else:
            kept[id] = _stored(apply_change(_stored(before), change, inserting=False))
        return _stored(kept[id])

    async def update_first(
        self, collection: str, query: Query, change: Change, *, sort: Sort | None = None
    ) -> Document | None:
        found = self._matching(collection, query, sort)
        return await self.update(collection, found[0]["_id"], change) if found else None

    async def update_where(self, collection: str, query: Query, change: Change) -> int:
        found = self._matching(collection, query, None)
        for document in found:
            await self.update(collection, document["_id"], change)
        return len(found)

    async def delete(self, collection: str, id: str) -> bool:  # noqa: A002
        return self._collections.get(collection, {}).pop(id, None) is not None

    async def delete_where(self, collection: str, query: Query) -> int:
        found = self._matching(collection, query, None)
        for document in found:
            del self._collections[collection][document["_id"]]
        return len(found)

    async def count(self, collection: str, query: Query) -> int:
        return len(self._matching(collection, query, None))

    async def ensure_index(self, collection: str, fields: Sequence[str], *, unique: bool = False) -> None:
        if unique:
            self._unique.setdefault(collection, set()).add(tuple(fields))

    async def ping(self) -> None:
        return None

    async def collections(self) -> list[str]:
        return sorted(self._collections)

    async def compact(self) -> bool:
        return True

    def _matching(self, collection: str, query: Query, sort: Sort | None) -> list[Document]:
        found = [kept for kept in self._collections.get(collection, {}).values() if matches(kept, query)]
        for field, direction in reversed(sort or ()):
            found.sort(key=lambda document: sort_key(document, field), reverse=direction < 0)
        return found

    def _violates(self, collection: str, document: Document) -> bool:
        return any(
            any(
                all(kept.get(f) == document.get(f) for f in fields)
                for kept in self._collections[collection].values()
            )
            for fields in self._unique.get(collection, ())
        )
