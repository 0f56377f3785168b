"""An object goes when nobody holds it any more, and not before."""

import pytest

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.object_references import COLLECTION, ObjectReferences
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


@pytest.mark.parametrize("fails_at", range(8))
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
