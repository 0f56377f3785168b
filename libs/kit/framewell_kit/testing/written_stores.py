"""What a service really writes, held against the table in which it declares what it holds."""

from typing import Any

from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.holdings import OBJECTS
from framewell_kit.kit_holdings import complete
from framewell_kit.objects import Objects
from framewell_kit.service import Service


class WrittenObjects:
    """Passes calls on to an object store; `media_types` are those of what was put."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.media_types: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    async def put(self, data: bytes, *, media_type: str, suffix: str = "") -> Any:
        """Put the bytes and note their media type."""
        self.media_types.add(media_type)
        return await self._objects.put(data, media_type=media_type, suffix=suffix)

    async def put_file(self, path: Any, *, media_type: str, suffix: str = "") -> Any:
        """Put the file and note its media type."""
        self.media_types.add(media_type)
        return await self._objects.put_file(path, media_type=media_type, suffix=suffix)


async def require_declared(service: Service, documents: Documents, written: WrittenObjects) -> None:
    """Raise AssertionError for a store that was written and is no row of the service's table.

    A service without a table (of a test of the kit) is not asked. Collections are known of the documents in
    memory alone.
    """
    if not service.holdings.rows:
        return
    collections = await documents.collections() if isinstance(documents, MemoryDocuments) else []
    stores = [*collections, *(OBJECTS + media_type for media_type in written.media_types)]
    missing = complete(service.holdings, documents).undeclared(stores)
    assert not missing, (
        f"holdings.py does not say what these stores hold of people, assets and holders, and how that is "
        f"erased: {', '.join(missing)}"
    )
