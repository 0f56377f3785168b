"""An object goes when nobody holds it any more, and not before."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.object_references import COLLECTION, DELETIONS, ObjectReferences
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Busy
from framewell_kit.testing.failing import failing

MP4 = "video/mp4"


async def references(documents: Documents | None = None) -> tuple[ObjectReferences, MemoryObjects]:
    objects = MemoryObjects()
    made = ObjectReferences(documents or MemoryDocuments(), objects)
    await made.prepare()
    return made, objects


async def test_an_object_stays_while_another_asset_holds_it(documents: Documents) -> None:
    held, objects = await references(documents)
    shared, own = [await objects.put(data, media_type=MP4) for data in (b"shared", b"own")]
    await held.hold("asset-1", [shared, own])
    await held.hold("asset-1", [shared, ObjectRef()])
    await held.hold("asset-2", [shared])
    assert await held.release("asset-1") == 1
    assert (await objects.exists(shared), await objects.exists(own)) == (True, False)
    assert await held.release("asset-1") == 0
    assert await held.release("asset-2") == 1
    assert not await objects.exists(shared)


async def test_what_somebody_holds_is_not_discarded() -> None:
    held, objects = await references()
    ref = await objects.put(b"upload", media_type=MP4)
    await held.hold("asset-1", [ref])
    assert not await held.discard(ref)
    await held.release("asset-1")
    other = await objects.put(b"other", media_type=MP4)
    assert await held.discard(other)
    assert not await held.discard(other)


class Interleaved:
    """A store in memory between whose calls somebody else does something, once."""

    def __init__(self, documents: MemoryDocuments, at: int, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._documents, self._at, self._meanwhile, self._calls = documents, at, meanwhile, 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._calls += 1
            if self._calls == self._at:
                await self._meanwhile()
            return await method(*args, **kwargs)

        return call


@pytest.mark.parametrize("at", range(1, 12))
async def test_an_object_that_somebody_begins_to_hold_while_another_lets_go_stays(at: int) -> None:
    store = MemoryDocuments()
    held, objects = await references(store)
    ref = await objects.put(b"same", media_type=MP4)
    await held.hold("asset-1", [ref])
    holds: bool | None = None

    async def begin() -> None:
        nonlocal holds
        try:
            await held.hold("asset-2", [ref])
        except Busy:
            holds = False
        else:
            holds = True

    await objects.put(b"same", media_type=MP4)  # by the other one, who finds it there
    other = cast(Documents, Interleaved(store, at, begin))
    await ObjectReferences(other, objects).release("asset-1")
    if holds is None:  # all of it came before
        await begin()
    if not holds:  # then it is written, and held, once more
        await objects.put(b"same", media_type=MP4)
        await begin()
    assert holds
    assert await objects.exists(ref)


@pytest.mark.parametrize("fails_at", range(14))
@pytest.mark.parametrize("after", [False, True])
async def test_a_release_that_broke_off_is_finished_by_the_next(fails_at: int, after: bool) -> None:
    store = MemoryDocuments()
    held, objects = await references(store)
    refs = [await objects.put(data, media_type=MP4) for data in (b"one", b"two")]
    await held.hold("asset-1", refs)
    broken, failure = failing(store, fails_at, after=after)
    try:
        await ObjectReferences(broken, objects).release("asset-1")
    except Busy:
        assert failure.broke
    await held.release("asset-1")
    assert not any([await objects.exists(ref) for ref in refs])
    assert not await store.find(COLLECTION, {})
    assert not await store.find(DELETIONS, {})
