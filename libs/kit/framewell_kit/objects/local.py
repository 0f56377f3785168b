"""Objects on a local disk.

Ours because an object must be durable before the document that names it: obstore's local adapter does
not fsync. Written under a temporary name, fsynced, renamed, and the folder fsynced; a kill at any
moment leaves a whole object or a temporary file, never half an object under its name.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.full_disk import full_disk_is_busy
from framewell_kit.objects.protocol import Key, key_of, reference
from framewell_kit.objects.sparse import SparseCopy
from framewell_kit.outcomes import NotFound

BLOCK_BYTES = 1 << 20
INCOMING = ".incoming"


class LocalObjects:
    """Objects under one folder, which is made when missing. Blocking work runs in threads."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        (self.root / INCOMING).mkdir(parents=True, exist_ok=True)

    async def put(self, data: bytes, *, media_type: str, suffix: str = "") -> ObjectRef:
        return await asyncio.to_thread(self._put, [data], media_type, suffix)

    async def put_file(self, path: Path, *, media_type: str, suffix: str = "") -> ObjectRef:
        return await asyncio.to_thread(self._put, _blocks(path), media_type, suffix)

    async def read(self, key: Key) -> bytes:
        return await asyncio.to_thread(self._read, key, 0, -1)

    async def read_range(self, key: Key, offset: int, length: int) -> bytes:
        return await asyncio.to_thread(self._read, key, offset, length)

    @asynccontextmanager
    async def local(self, key: Key) -> AsyncIterator[Path]:
        yield self._existing(key)

    @asynccontextmanager
    async def sparse(self, key: Key) -> AsyncIterator[SparseCopy]:
        path = self._existing(key)
        yield SparseCopy(path, path.stat().st_size)

    async def size(self, key: Key) -> int:
        return self._existing(key).stat().st_size

    async def exists(self, key: Key) -> bool:
        return (self.root / key_of(key)).is_file()

    async def delete(self, key: Key) -> bool:
        try:
            await asyncio.to_thread((self.root / key_of(key)).unlink)
        except FileNotFoundError:
            return False
        return True

    def _existing(self, key: Key) -> Path:
        path = self.root / key_of(key)
        if not path.is_file():
            raise NotFound(
                say(
                    "object_unknown.store",
                    "object {key} is not in the store at {root}",
                    key=key_of(key),
                    root=self.root,
                )
            )
        return path

    def _read(self, key: Key, offset: int, length: int) -> bytes:
        with self._existing(key).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def _put(self, blocks: Iterable[bytes], media_type: str, suffix: str) -> ObjectRef:
        with full_disk_is_busy("objects", self.root):
            temporary = self.root / INCOMING / uuid4().hex
            try:
                ref = _write(temporary, blocks, media_type, suffix)
                self._name(temporary, self.root / ref.key)
            finally:
                temporary.unlink(missing_ok=True)
            return ref

    def _name(self, temporary: Path, target: Path) -> None:
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            _fsync_folder(self.root)
        temporary.replace(target)
        _fsync_folder(target.parent)


def _write(path: Path, blocks: Iterable[bytes], media_type: str, suffix: str) -> ObjectRef:
    digest, size = sha256(), 0
    with path.open("xb") as file:
        for block in blocks:
            digest.update(block)
            size += len(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return reference(digest.hexdigest(), size, media_type, suffix)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
