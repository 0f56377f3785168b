"""What training reads of a snapshot, and what it refuses to read."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Rejected
from framewell_training.adapters.parquet_snapshot_tables import ParquetTables

ROW = {"sample_id": "s1", "class_id": "anna", "asset_id": "a1", "programme": "", "split": "train"}


async def put(objects: MemoryObjects, rows: list[dict]) -> ObjectRef:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return await objects.put(buffer.getvalue(), media_type="application/vnd.apache.parquet")


async def read(rows: list[dict], background: list[dict] | None = None):
    objects = MemoryObjects()
    published = SnapshotPublished(snapshot_id="one", samples=await put(objects, rows))
    if background:
        published.background.CopyFrom(await put(objects, background))
    return await ParquetTables(objects).read(published)


async def test_crops_become_photos_and_face_tracks_strangers() -> None:
    rows = [{**ROW, "vector": [1.0, 2.0]}, {**ROW, "vector": [3.0, 4.0]}]
    faces = [{"face": "f", "asset_id": "a2", "vector": [0.0, 1.0]}]
    tables = await read(rows, faces)
    np.testing.assert_array_equal(tables.photos.vectors, np.array([[2, 3]], dtype=np.float32))
    assert tables.photos.programmes == ("a1",), "an asset of no known programme is a programme of its own"
    assert tables.background.faces == ("f",)


@pytest.mark.parametrize(
    ("rows", "background"),
    [
        ([{**ROW, "vector": [1.0, 2.0]}, {**ROW, "vector": [1.0]}], None),
        ([{**ROW, "vector": [1.0, float("nan")]}], None),
        ([{**ROW, "vector": [1.0, 2.0]}], [{"face": "f", "asset_id": "a", "vector": [1.0, 2.0, 3.0]}]),
        ([ROW], None),
    ],
)
async def test_vectors_of_two_embeddings_are_never_compared(rows, background) -> None:
    with pytest.raises(Rejected) as refusal:
        await read(rows, background)
    assert refusal.value.code == "unreadable_snapshot"


async def test_a_file_that_is_no_table_is_refused() -> None:
    objects = MemoryObjects()
    ref = await objects.put(b"no parquet", media_type="text/plain")
    with pytest.raises(Rejected, match="cannot be read"):
        await ParquetTables(objects).read(SnapshotPublished(snapshot_id="one", samples=ref))
