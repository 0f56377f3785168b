"""Documents on MongoDB and on the embedded database, through motor.

motor is at its end of life; it stands behind this one module, so that PyMongo's own asyncio client is a
change of this file alone.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReturnDocument, WriteConcern
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from framewell_contracts.sentences import say
from framewell_kit.documents.protocol import Change, Document, Query, Sort
from framewell_kit.outcomes import Busy

P = ParamSpec("P")
R = TypeVar("R")

DUPLICATE_KEY = 11000
COMPACT_COMMAND = "framewellCompact"
"""A command of the embedded database alone: 1 asks for every page to be written anew, 0 how far that is."""
COMPACT_LOOK_SECONDS = 0.1
OUT_OF_DISK_SPACE = 14031  # MongoDB's; the embedded database ends instead
_DRIVERS_SETTINGS = re.compile(r" \(configured timeouts:[^)]*\)")
_AWAY = (AutoReconnect, ConnectionFailure, NetworkTimeout, ServerSelectionTimeoutError, ExecutionTimeout)


def _busy_when_away(
    method: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Raise Busy when the store does not answer, or has no room.

    A write may or may not have happened: it is repeated.
    """

    @wraps(method)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except _AWAY as error:
            raise Busy(
                say(
                    "database_away",
                    "the document database does not answer: {why}",
                    why=_for_people(error),
                ),
                retry_after=1.0,
            ) from error
        except OperationFailure as error:
            if error.code != OUT_OF_DISK_SPACE:
                raise
            raise Busy(
                say("disk_full.documents", "the document database has no room left on its disk"),
                retry_after=10.0,
            ) from error

    return guarded


def _for_people(error: Exception) -> str:
    """Return the driver's message about a server that is away, without its settings and topology."""
    message, _, _ = str(error).partition(", Timeout: ")
    return _DRIVERS_SETTINGS.sub("", message)[:200]


class MongoDocuments:
    """One database of a MongoDB (or the embedded server). Writes are acknowledged and journalled."""

    def __init__(self, uri: str, database: str, *, answer_within: float = 5.0) -> None:
        milliseconds = int(answer_within * 1000)
        self._client: Any = AsyncIOMotorClient(
            uri,
            tz_aware=True,
            appname=database,
            serverSelectionTimeoutMS=milliseconds,
            connectTimeoutMS=milliseconds,
            socketTimeoutMS=60_000,
        )
        concern = WriteConcern(w="majority", j=True) if "replicaSet=" in uri else WriteConcern(w=1)
        self._database: Any = self._client.get_database(database, write_concern=concern)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    @_busy_when_away
    async def insert_once(self, collection: str, document: Document) -> bool:
        try:
            await self._database[collection].insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    @_busy_when_away
    async def insert_each_once(self, collection: str, documents: Sequence[Document]) -> int:
        if not documents:
            return 0
        try:
            done = await self._database[collection].insert_many(list(documents), ordered=False)
        except BulkWriteError as error:
            failures = error.details.get("writeErrors", [])
            if any(failure.get("code") != DUPLICATE_KEY for failure in failures):
                raise
            return len(documents) - len(failures)
        return len(done.inserted_ids)

    @_busy_when_away
    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        found: Document | None = await self._database[collection].find_one({"_id": id})
        return found

    @_busy_when_away
    async def find(
        self,
        collection: str,
        query: Query,
        *,
        sort: Sort | None = None,
        limit: int | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Document]:
        shown = None if fields is None else dict.fromkeys(fields, 1)
        cursor = self._database[collection].find(query, shown, limit=limit or 0)
        if sort:
            cursor = cursor.sort(list(sort))
        found: list[Document] = await cursor.to_list(length=None)
        return found

    @_busy_when_away
    async def update(
        self,
        collection: str,
        id: str,  # noqa: A002
        change: Change,
        *,
        expect: Query | None = None,
        upsert: bool = False,
    ) -> Document | None:
        try:
            after: Document | None = await self._database[collection].find_one_and_update(
                {**(expect or {}), "_id": id}, change, upsert=upsert, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            if expect is None:  # two upserts at once: the other one made it, so this one is an update
                return await self.update(collection, id, change)
            return None  # it exists and is not as expected
        return after

    @_busy_when_away
    async def update_first(
        self, collection: str, query: Query, change: Change, *, sort: Sort | None = None
    ) -> Document | None:
        after: Document | None = await self._database[collection].find_one_and_update(
            query, change, sort=list(sort) if sort else None, return_document=ReturnDocument.AFTER
        )
        return after

    @_busy_when_away
    async def update_where(self, collection: str, query: Query, change: Change) -> int:
        done = await self._database[collection].update_many(query, change)
        return int(done.matched_count)

    @_busy_when_away
    async def delete(self, collection: str, id: str) -> bool:  # noqa: A002
        done = await self._database[collection].delete_one({"_id": id})
        return bool(done.deleted_count)

    @_busy_when_away
    async def delete_where(self, collection: str, query: Query) -> int:
        done = await self._database[collection].delete_many(query)
        return int(done.deleted_count)

    @_busy_when_away
    async def count(self, collection: str, query: Query) -> int:
        return int(await self._database[collection].count_documents(query))

    @_busy_when_away
    async def ensure_index(self, collection: str, fields: Sequence[str], *, unique: bool = False) -> None:
        await self._database[collection].create_index([(field, 1) for field in fields], unique=unique)

    @_busy_when_away
    async def collections(self) -> list[str]:
        return sorted(await self._database.list_collection_names())

    @_busy_when_away
    async def compact(self) -> bool:
        try:
            answer = await self._client.admin.command({COMPACT_COMMAND: 1})
        except OperationFailure:
            return False  # a MongoDB, which uses space again and overwrites nothing
        wanted = answer["asked"]
        while answer["done"] < wanted:
            await asyncio.sleep(COMPACT_LOOK_SECONDS)
            answer = await self._client.admin.command({COMPACT_COMMAND: 0})
        return bool(answer["complete"])

    @_busy_when_away
    async def ping(self) -> None:
        await self._database.command("ping")
