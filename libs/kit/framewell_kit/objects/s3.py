"""Objects in an S3 bucket (or anything that speaks it), through obstore."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial, wraps
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, S3Store

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.objects.local_copies import MOST_BYTES, LocalCopies
from framewell_kit.objects.protocol import Key, key_of, reference
from framewell_kit.objects.sparse import SparseCopy, make_sparse
from framewell_kit.outcomes import Busy, NotFound

P = ParamSpec("P")
R = TypeVar("R")

COPY_BYTES = 8 << 20


def _outcomes(
    method: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Raise NotFound for a missing object, and Busy for a store that is away or refuses."""

    @wraps(method)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except (FileNotFoundError, NotFoundError) as error:
            raise NotFound(
                say("object_unknown.bucket", "object is not in the store: {why}", why=str(error)[:200])
            ) from error
        except BaseError as error:
            raise Busy(
                say("object_store_away", "the object store does not answer: {why}", why=str(error)[:200])
            ) from error

    return guarded


class S3Objects:
    """Objects in one bucket: `s3://bucket/prefix`, other options as obstore's S3Store takes them.

    Whoever needs a file reads a copy in `scratch`; copies take `copies_bytes` of it (see LocalCopies).
    """

    def __init__(
        self,
        url: str,
        scratch: Path,
        *,
        store: ObjectStore | None = None,
        copies_bytes: int = MOST_BYTES,
        **options: str,
    ) -> None:
        self._store: ObjectStore = store or S3Store.from_url(url, **options)  # type: ignore[arg-type]
        self._copies = LocalCopies(scratch, most_bytes=copies_bytes // 2)
        self._sparse = LocalCopies(scratch, prefix="sparse", most_bytes=copies_bytes // 2)
        self._sparse_copies: dict[Path, SparseCopy] = {}

    @_outcomes
    async def put(self, data: bytes, *, media_type: str, suffix: str = "") -> ObjectRef:
        ref = reference(sha256(data).hexdigest(), len(data), media_type, suffix)
        await obstore.put_async(self._store, ref.key, data)
        return ref

    @_outcomes
    async def put_file(self, path: Path, *, media_type: str, suffix: str = "") -> ObjectRef:
        digest, size = await asyncio.to_thread(_digest, path)
        ref = reference(digest, size, media_type, suffix)
        await obstore.put_async(self._store, ref.key, path)
        return ref

    @_outcomes
    async def read(self, key: Key) -> bytes:
        found = await obstore.get_async(self._store, key_of(key))
        return bytes(await found.bytes_async())

    @_outcomes
    async def read_range(self, key: Key, offset: int, length: int) -> bytes:
        end = min(offset + length, await self.size(key))
        if end <= offset:
            return b""
        return bytes(await obstore.get_range_async(self._store, key_of(key), start=offset, end=end))

    @asynccontextmanager
    async def local(self, key: Key) -> AsyncIterator[Path]:
        size = await self.size(key)
        async with self._copies.of(key_of(key), size, partial(self._download, key_of(key))) as path:
            yield path

    @asynccontextmanager
    async def sparse(self, key: Key) -> AsyncIterator[SparseCopy]:
        name, size = key_of(key), await self.size(key)
        if self._copies.has(name):
            async with self.local(key) as path:
                yield SparseCopy(path, size)
            return
        async with self._sparse.of(name, 0, partial(self._make_sparse, name, size)) as path:
            yield self._sparse_copies[path]

    async def _make_sparse(self, key: str, size: int, path: Path) -> None:
        """Make an empty copy; where the file system shows no holes, a whole one."""
        self._sparse_copies = {there: copy for there, copy in self._sparse_copies.items() if there.exists()}
        copy = SparseCopy(path, size, partial(self.read_range, key), whole=False)
        if not make_sparse(path, size):
            await self._download(key, path)
            copy.whole = True
        self._sparse_copies[path] = copy

    @_outcomes
    async def _download(self, key: str, path: Path) -> None:
        found = await obstore.get_async(self._store, key)
        with path.open("wb") as file:
            async for block in found.stream(min_chunk_size=COPY_BYTES):
                file.write(block)

    @_outcomes
    async def size(self, key: Key) -> int:
        return int((await obstore.head_async(self._store, key_of(key)))["size"])

    async def exists(self, key: Key) -> bool:
        try:
            await self.size(key)
        except NotFound:
            return False
        return True

    async def delete(self, key: Key) -> bool:
        there = await self.exists(key)
        await self._delete(key)
        return there

    @_outcomes
    async def _delete(self, key: Key) -> None:
        await obstore.delete_async(self._store, key_of(key))


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest(), path.stat().st_size
