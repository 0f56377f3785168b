"""Snapshots in formats that others read."""

import io
import json
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewell.dataset.v1 import snapshot_service_pb2 as snapshot_rpc
from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_dataset.testing import DatasetBench
from framewell_dataset.testing.people import (
    accepted_people,
)
from framewell_kit.outcomes import Rejected


async def exported(bench: DatasetBench, format_: "ExportFormat.ValueType") -> bytes:
    await accepted_people(bench, 1, 2)
    await bench.settle()
    name = bench.facts.of(SnapshotPublished)[0].snapshot_id
    steps = await bench.read(
        "ExportSnapshot", snapshot_rpc.ExportSnapshotRequest(snapshot_id=name, format=format_)
    )
    assert [step.progress for step in steps] == sorted(step.progress for step in steps)
    assert steps[-1].progress == 1
    return await bench.objects.read(steps[-1].export)


async def test_a_snapshot_exports_as_parquet_with_pictures(bench: DatasetBench) -> None:
    rows = pq.read_table(
        pa.BufferReader(await exported(bench, ExportFormat.EXPORT_FORMAT_PARQUET))
    ).to_pylist()
    assert len({row["sample_id"] for row in rows}) == 2
    assert all(row["picture"].startswith(b"\xff\xd8") for row in rows)


async def test_a_snapshot_exports_as_webdataset(bench: DatasetBench) -> None:
    with tarfile.open(
        fileobj=io.BytesIO(await exported(bench, ExportFormat.EXPORT_FORMAT_WEBDATASET))
    ) as tar:
        names = tar.getnames()
        row = json.loads(tar.extractfile(names[1]).read())  # type: ignore[union-attr]
    assert names[0].removesuffix(".jpg") == names[1].removesuffix(".json")
    assert row["class_id"]


async def test_a_snapshot_exports_as_coco(bench: DatasetBench) -> None:
    with zipfile.ZipFile(io.BytesIO(await exported(bench, ExportFormat.EXPORT_FORMAT_COCO))) as archive:
        layout = json.loads(archive.read("annotations.json"))
        assert set(archive.namelist()) == {
            "annotations.json", *(image["file_name"] for image in layout["images"])
        }  # fmt: skip
    assert len(layout["categories"]) == 2
    assert {each["category_id"] for each in layout["annotations"]} == {1, 2}


async def test_an_unknown_export_format_names_those_there_are(bench: DatasetBench) -> None:
    with pytest.raises(Rejected, match="parquet, webdataset, coco"):
        await exported(bench, ExportFormat.EXPORT_FORMAT_UNSPECIFIED)
