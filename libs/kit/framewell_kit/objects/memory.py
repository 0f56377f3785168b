"""An object store in memory, for tests: passes the suite that the real stores pass."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Key, key_of, reference
from framewell_kit.objects.sparse import SparseCopy
from framewell_kit.outcomes import NotFound


class MemoryObjects:
    """Objects in a dict."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    async def put(self, data: bytes, *, media_type: str, suffix: str = "") -> ObjectRef:
        ref = reference(sha256(data).hexdigest(), len(data), media_type, suffix)
        self._objects[ref.key] = bytes(data)
        return ref

    async def put_file(self, path: Path, *, media_type: str, suffix: str = "") -> ObjectRef:
        return await self.put(await asyncio.to_thread(path.read_bytes), media_type=media_type, suffix=suffix)

    async def read(self, key: Key) -> bytes:
        text = key_of(key)
        if text not in self._objects:
            raise NotFound(say("object_unknown.memory", "object {key} is not in the store", key=text))
        return self._objects[text]

    async def read_range(self, key: Key, offset: int, length: int) -> bytes:
        return (await self.read(key))[offset : offset + length]

    @asynccontextmanager
    async def local(self, key: Key) -> AsyncIterator[Path]:
        data = await self.read(key)
        with tempfile.TemporaryDirectory(prefix="framewell-") as folder:
            path = Path(folder) / key_of(key).partition("/")[2]
            path.write_bytes(data)
            yield path

    @asynccontextmanager
    async def sparse(self, key: Key) -> AsyncIterator[SparseCopy]:
        async with self.local(key) as path:
            yield SparseCopy(path, await self.size(key))

    async def size(self, key: Key) -> int:
        return len(await self.read(key))

    async def exists(self, key: Key) -> bool:
        return key_of(key) in self._objects

    async def delete(self, key: Key) -> bool:
        return self._objects.pop(key_of(key), None) is not None
