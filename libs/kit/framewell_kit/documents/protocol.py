"""The document store as a port: what MongoDB and the embedded database both do well.

Documents with meaningful `_id`s, written once or changed one at a time. No transactions, no joins.
Filters and changes are written as MongoDB's: `{"state": "open", "due": {"$lte": now}}`,
`{"$set": {…}, "$inc": {…}}`. Values are what BSON holds: text, numbers, truth values, bytes, aware
datetimes (to the millisecond), lists and dicts. When the store is away every method raises `Busy`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Document: TypeAlias = dict[str, Any]
Query: TypeAlias = Mapping[str, Any]
Change: TypeAlias = Mapping[str, Any]
Sort: TypeAlias = Sequence[tuple[str, int]]


class Documents(Protocol):
    """One service's own database."""

    async def insert_once(self, collection: str, document: Document) -> bool:
        """Insert the document by its `_id`; return False, and change nothing, when that id exists."""
        ...

    async def insert_each_once(self, collection: str, documents: Sequence[Document]) -> int:
        """Insert those documents whose `_id` does not exist; return how many."""
        ...

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        """Return the document, or None."""
        ...

    async def find(
        self,
        collection: str,
        query: Query,
        *,
        sort: Sort | None = None,
        limit: int | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Document]:
        """Return all documents that match, ordered by `sort` ((field, 1 ascending or -1 descending), …).

        With `fields` they have these alone, and their `_id`: a field that a document lacks is left out.
        """
        ...

    async def update(
        self,
        collection: str,
        id: str,  # noqa: A002
        change: Change,
        *,
        expect: Query | None = None,
        upsert: bool = False,
    ) -> Document | None:
        """Change one document at once and return it as it is afterwards.

        Returns None when there is no such document or it does not match `expect` (compare and set).
        With `upsert` a missing document is created from the change.
        """
        ...

    async def update_first(
        self, collection: str, query: Query, change: Change, *, sort: Sort | None = None
    ) -> Document | None:
        """Change the first match and return it afterwards, None when none matches: how a queue is claimed."""
        ...

    async def update_where(self, collection: str, query: Query, change: Change) -> int:
        """Change every match, one by one; return how many were changed."""
        ...

    async def delete(self, collection: str, id: str) -> bool:  # noqa: A002
        """Delete one document; return False when there was none."""
        ...

    async def delete_where(self, collection: str, query: Query) -> int:
        """Delete every match; return how many."""
        ...

    async def count(self, collection: str, query: Query) -> int:
        """Return how many match."""
        ...

    async def ensure_index(self, collection: str, fields: Sequence[str], *, unique: bool = False) -> None:
        """Make an index over the fields, ascending, unless it is there."""
        ...

    async def collections(self) -> list[str]:
        """Return the names of the collections that were ever written, in alphabetical order."""
        ...

    async def compact(self) -> bool:
        """Give back the space of what was deleted or replaced, so that no file has a trace of it.

        Returns False where the store cannot do so.
        """
        ...

    async def ping(self) -> None:
        """Return when the store answers; raise Busy when it does not."""
        ...
