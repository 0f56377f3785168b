"""An object is found by what it is part of, or not at all: its key alone opens nothing."""

import pytest

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.objects.v1.object_service_pb2 import FindObjectRequest
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.readable_objects import FindHeldObject, ReadableObject
from framewell_kit.rpc.object_service import ObjectServicer
from framewell_kit.tombstones import Going, Tombstones, asset_subject

ASSET, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


class Held:
    """What one asset holds, on stores in memory."""

    def __init__(self) -> None:
        documents = MemoryDocuments()
        self.objects = MemoryObjects()
        self.references = ObjectReferences(documents, self.objects)
        self.tombstones = Tombstones(documents, SystemClock())
        self.find = FindHeldObject(self.references, self.tombstones)

    async def put(self, asset_id: str) -> ObjectRef:
        ref = await self.objects.put(b"a picture", media_type="image/jpeg", suffix=".jpg")
        await self.references.hold(asset_id, [ref])
        return ref


async def test_an_object_is_found_below_the_asset_that_holds_it() -> None:
    held = Held()
    ref = await held.put(ASSET)
    assert (await held.find(ASSET, ref.key)).ref.key == ref.key


async def test_the_key_of_another_asset_opens_nothing() -> None:
    held = Held()
    ref = await held.put(ASSET)
    with pytest.raises(NotFound, match=OTHER):
        await held.find(OTHER, ref.key)


async def test_an_asset_that_is_gone_says_so_before_and_after_its_objects_went() -> None:
    held = Held()
    ref = await held.put(ASSET)
    await held.tombstones.put(asset_subject(ASSET), Going.REMOVED, "event-1")
    with pytest.raises(Gone, match="removed"):
        await held.find(ASSET, ref.key)
    await held.references.release(ASSET)
    with pytest.raises(Gone, match="removed"):
        await held.find(ASSET, ref.key)


async def test_a_service_answers_for_the_kinds_of_owners_that_it_holds_objects_of() -> None:
    asked = []

    async def find(owner_id: str, key: str) -> ReadableObject:
        asked.append((owner_id, key))
        return ReadableObject(ObjectRef(key=key), PURPOSE_OWN_TRAINING, "people-3")

    service = ObjectServicer({"model": find, "snapshot": find})
    model = ModelVersion(name="identity/people", version="3.0")
    answer = await service.FindObject(FindObjectRequest(model=model, key="k"), None)
    assert (answer.object.key, answer.purpose, answer.snapshot_id) == ("k", PURPOSE_OWN_TRAINING, "people-3")
    await service.FindObject(FindObjectRequest(snapshot_id="people-3", key="k"), None)
    assert asked == [("identity/people@3.0", "k"), ("people-3", "k")]
    with pytest.raises(NotFound, match="of a sample"):
        await service.FindObject(FindObjectRequest(sample_id="s-1", key="k"), None)
