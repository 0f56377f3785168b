"""The object store as a port: immutable bytes, addressed by their content.

A key is `<first two hex digits>/<sha256><suffix>`. An object exists whole or not at all, and is durable
when `put` returns, so it is always written before the document that names it. Putting the same content
twice is one object. When the store is away or full every method raises `Busy`; a key that is not there
raises `NotFound`.
"""

import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeAlias

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.objects.sparse import SparseCopy
from framewell_kit.outcomes import NotFound

Key: TypeAlias = ObjectRef | str

_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{64})((?:\.[A-Za-z0-9]+)*)")


class Objects(Protocol):
    """Where media, frame bundles, observations, vectors and models lie."""

    async def put(self, data: bytes, *, media_type: str, suffix: str = "") -> ObjectRef:
        """Store the bytes and return their reference; `suffix` ends a file's name, with its dot: `.mp4`."""
        ...

    async def put_file(self, path: Path, *, media_type: str, suffix: str = "") -> ObjectRef:
        """Store the content of a file, which stays where it is and is never held in memory whole."""
        ...

    async def read(self, key: Key) -> bytes:
        """Return the whole object."""
        ...

    async def read_range(self, key: Key, offset: int, length: int) -> bytes:
        """Return bytes from `offset`; fewer than `length` where the object ends."""
        ...

    def local(self, key: Key) -> AbstractAsyncContextManager[Path]:
        """Return a path to read from, valid inside the context: the very file, or a temporary copy."""
        ...

    def sparse(self, key: Key) -> AbstractAsyncContextManager[SparseCopy]:
        """Return a copy of which bytes are fetched as they are needed, valid inside the context.

        Where the store has files it is whole from the beginning.
        """
        ...

    async def size(self, key: Key) -> int:
        """Return its length in bytes."""
        ...

    async def exists(self, key: Key) -> bool:
        """Return whether it is there."""
        ...

    async def delete(self, key: Key) -> bool:
        """Delete it; return False when it was not there. Only when nothing refers to it any more."""
        ...


def key_of(key: Key) -> str:
    """Return the key as text. Raises NotFound for what cannot be a key: no path escapes the store."""
    text = key if isinstance(key, str) else key.key
    found = _KEY.fullmatch(text)
    if not found or not found[2].startswith(found[1]):
        raise NotFound(
            say(
                "object_unknown.bad_key",
                "{key} is no object key: expected <two hex digits>/<sha256><suffix>",
                key=f"{text!r}",
            )
        )
    return text


def reference(sha256: str, size: int, media_type: str, suffix: str) -> ObjectRef:
    """Return the reference of an object with that content."""
    return ObjectRef(
        key=key_of(f"{sha256[:2]}/{sha256}{suffix}"), media_type=media_type, size=size, sha256=sha256
    )
