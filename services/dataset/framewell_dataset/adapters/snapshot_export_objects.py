"""A snapshot in formats that others read, each one file. Class ids stand for classes, never names.

Each says in its metadata (schema of Parquet, global header of tar, comment of zip) which snapshot it was made
of and for which purpose: the same samples for another purpose are another file.

`parquet`: the samples table with each crop's JPEG in a column `picture`.
`webdataset`: a tar of `<sample>-<n>.jpg` and `.json` (the row of the table, its vector among it).
`coco`: a zip of `annotations.json` (COCO detection layout) and `images/`.
"""

import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.rights.v1.rights_pb2 import Purpose
from framewell_contracts.json_mapping import enum_word
from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import StoredSnapshot
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Rejected

Row = dict[str, Any]
GROUP_ROWS = 256


class Sink(Protocol):
    """One file of an export under way."""

    media_type: str
    suffix: str

    def add(self, row: Row, picture: bytes) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SnapshotExportObjects:
    """Reads the published tables, so an export holds nothing that the snapshot does not hold."""

    objects: Objects
    scratch: Path

    async def export(
        self,
        stored: StoredSnapshot,
        format_: "ExportFormat.ValueType",
        purpose: "Purpose.ValueType",
        sample_ids: frozenset[str],
    ) -> AsyncIterator[float | ObjectRef]:
        make = SINKS.get(format_)
        if make is None:
            known = ", ".join(enum_word(ExportFormat.DESCRIPTOR, each) for each in SINKS)
            raise Rejected(
                say("bad_format", "the export names no format that there is: {known}", known=known)
            )
        table = pq.read_table(pa.BufferReader(await self.objects.read(stored.published.samples)))
        rows = [row for row in table.to_pylist() if row["sample_id"] in sample_ids]
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix="export-") as folder:
            path = Path(folder) / "export"
            about = {
                "framewell.snapshot": stored.published.snapshot_id,
                "framewell.purpose": enum_word(Purpose.DESCRIPTOR, purpose),
            }
            sink = make(path, table.schema, about)
            for number, row in enumerate(rows):
                sink.add(row, await self.objects.read(row["crop"]))
                yield number / len(rows)
            sink.close()
            yield await self.objects.put_file(path, media_type=sink.media_type, suffix=sink.suffix)


class _ParquetSink:
    media_type = "application/vnd.apache.parquet"
    suffix = ".parquet"

    def __init__(self, path: Path, schema: pa.Schema, about: Mapping[str, str]) -> None:
        schema = schema.with_metadata(dict(about))
        self._schema = schema.append(pa.field("picture", pa.binary()))
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def add(self, row: Row, picture: bytes) -> None:
        self._rows.append({**row, "picture": picture})
        if len(self._rows) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


class _WebDatasetSink:
    media_type = "application/x-tar"
    suffix = ".tar"

    def __init__(self, path: Path, schema: pa.Schema, about: Mapping[str, str]) -> None:  # noqa: ARG002
        headers = dict(about)
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT, pax_headers=headers)  # noqa: SIM115
        self._count = 0

    def add(self, row: Row, picture: bytes) -> None:
        name = f"{row['sample_id']}-{self._count:06}"
        self._count += 1
        self._put(f"{name}.jpg", picture)
        self._put(f"{name}.json", json.dumps(row, sort_keys=True).encode())

    def close(self) -> None:
        self._tar.close()

    def _put(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        self._tar.addfile(entry, io.BytesIO(data))


class _CocoSink:
    media_type = "application/zip"
    suffix = ".zip"

    def __init__(self, path: Path, schema: pa.Schema, about: Mapping[str, str]) -> None:  # noqa: ARG002
        self._zip = zipfile.ZipFile(path, "w")
        self._zip.comment = json.dumps(dict(about)).encode()
        self._images: list[Row] = []
        self._annotations: list[Row] = []
        self._categories: dict[str, int] = {}

    def add(self, row: Row, picture: bytes) -> None:
        number = len(self._images) + 1
        name = f"images/{number:06}.jpg"
        self._put(name, picture)
        with Image.open(io.BytesIO(picture)) as opened:
            width, height = opened.size
        category = self._categories.setdefault(row["class_id"], len(self._categories) + 1)
        self._images.append({"id": number, "file_name": name, "width": width, "height": height})
        self._annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": category,
                "bbox": [0, 0, width, height],
                "area": width * height,
                "iscrowd": 0,
                "attributes": {name: row[name] for name in ("sample_id", "split", "programme", "basis")},
            }
        )

    def close(self) -> None:
        categories = [
            {"id": number, "name": class_id, "supercategory": "class"}
            for class_id, number in self._categories.items()
        ]
        layout = {"images": self._images, "annotations": self._annotations, "categories": categories}
        self._put("annotations.json", json.dumps(layout).encode())
        self._zip.close()

    def _put(self, name: str, data: bytes) -> None:
        """Without the time of day: the same snapshot gives the same export."""
        self._zip.writestr(zipfile.ZipInfo(name), data)


SINKS: Mapping["ExportFormat.ValueType", Callable[[Path, pa.Schema, Mapping[str, str]], Sink]] = {
    ExportFormat.EXPORT_FORMAT_PARQUET: _ParquetSink,
    ExportFormat.EXPORT_FORMAT_WEBDATASET: _WebDatasetSink,
    ExportFormat.EXPORT_FORMAT_COCO: _CocoSink,
}
