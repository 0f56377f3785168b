"""A snapshot's objects: the samples table, the background table, the manifest and the samples as they were.

Samples (Parquet, one row a vector = one crop): `sample_id`, `class_id`, `asset_id`, `programme` (the same
text for the same programme), `split` (`train`, `validation`, `test`), `vector` (fixed-size list of float32,
raw, as long as the embedding makes it), `crop` (object key of its picture), `pts`, `original_sha256`, `basis`
(legal basis), `statements` (what the permission rests on) and `owed` (list of holder, pay model, amount,
currency and the statement's issuer, id and revision). Background (Parquet, one row a vector): `face` (the
same text for the same face track), `asset_id`, `vector`. No table holds a name.
"""

import asyncio
import io
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from framewell.dataset.v1.snapshot_service_pb2 import ReadSnapshotResponse
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.rights.v1.rights_pb2 import LegalBasis, PayModel, Purpose
from framewell_contracts.json_mapping import enum_word, to_json
from framewell_dataset.domain.ledger import paid, statement_name, statement_ref
from framewell_dataset.domain.observations import NO_VECTORS
from framewell_dataset.domain.sample_messages import sample_message
from framewell_dataset.domain.samples import Sample
from framewell_dataset.domain.snapshots import (
    SnapshotObjects,
    SnapshotRows,
    StoredSnapshot,
    split_name,
    split_of,
)
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects

OWED = pa.struct(
    [
        ("holder", pa.string()),
        ("pay_model", pa.string()),
        ("amount", pa.string()),
        ("currency", pa.string()),
        ("issuer", pa.string()),
        ("statement_id", pa.string()),
        ("revision", pa.int64()),
    ]
)

PARQUET = "application/vnd.apache.parquet"
STORES = {
    ".parquet": f"objects/{PARQUET}",
    ".binpb": "objects/application/x-protobuf",
    ".json": "objects/application/json",
    ".tar": "objects/application/x-tar",
    ".zip": "objects/application/zip",
}
"""Under which name the table of holdings has an object, by the end of its key."""


def samples_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the samples, whose vectors have so many numbers."""
    return pa.schema(
        [
            ("sample_id", pa.string()),
            ("class_id", pa.string()),
            ("asset_id", pa.string()),
            ("programme", pa.string()),
            ("split", pa.string()),
            ("vector", pa.list_(pa.float32(), dimensions)),
            ("crop", pa.string()),
            ("pts", pa.int64()),
            ("original_sha256", pa.string()),
            ("basis", pa.string()),
            ("statements", pa.list_(pa.string())),
            ("owed", pa.list_(OWED)),
        ]
    )


def background_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the unnamed faces, whose vectors have so many numbers."""
    vector = pa.list_(pa.float32(), dimensions)
    return pa.schema([("face", pa.string()), ("asset_id", pa.string()), ("vector", vector)])


@dataclass(frozen=True, slots=True)
class SnapshotTableObjects:
    """Writes are content-addressed: writing a snapshot again gives the same objects.

    Snapshots may share one, so each holds its own, and the last that lets go of an object deletes it.
    """

    objects: Objects
    references: ObjectReferences

    async def write(self, rows: SnapshotRows) -> SnapshotObjects:
        dimensions = rows.dimensions
        samples = await self._table(list(_sample_rows(rows)), samples_schema(dimensions))
        background = await self._table(list(_background_rows(rows)), background_schema(dimensions))
        content = b"".join(_framed(rows))
        kept = await self.objects.put(content, media_type="application/x-protobuf", suffix=".binpb")
        manifest = json.dumps(_manifest(rows, samples, background), ensure_ascii=False, indent=1)
        written = await self.objects.put(manifest.encode(), media_type="application/json", suffix=".json")
        await self.references.hold(rows.snapshot_id, (written, samples, background, kept))
        return SnapshotObjects(written, samples, background, kept)

    async def hold_export(self, snapshot_id: str, export: ObjectRef) -> None:
        await self.references.hold(_exports_of(snapshot_id), [export])

    async def keep_only(self, stored: StoredSnapshot) -> None:
        name = stored.published.snapshot_id
        held = await self.references.held_by(name)
        await self.references.release(name, [key for key in held if key not in stored.keys])

    async def forget(self, snapshot_id: str, keys: Iterable[str] | None = None) -> Counter[str]:
        counts: Counter[str] = Counter()
        wanted = None if keys is None else set(keys)
        for holder in (snapshot_id, _exports_of(snapshot_id)):
            for key in await self.references.held_by(holder):
                if wanted is None or key in wanted:
                    counts[STORES[PurePath(key).suffix]] += await self.references.release(holder, [key])
        return counts

    async def read(self, rows_key: str) -> AsyncIterator[ReadSnapshotResponse]:
        for row in unframed(await self.objects.read(rows_key)):
            yield row

    async def _table(self, rows: list[dict[str, Any]], schema: pa.Schema) -> ObjectRef:
        data = await asyncio.to_thread(_parquet, rows, schema)
        return await self.objects.put(data, media_type=PARQUET, suffix=".parquet")


def _exports_of(snapshot_id: str) -> str:
    """Return the holder of a snapshot's exports: they stay when earlier drafts of its tables go."""
    return f"{snapshot_id}/exports"


def unframed(data: bytes) -> Iterator[ReadSnapshotResponse]:
    """Yield the messages, each of which follows its length in four bytes, big-endian."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield ReadSnapshotResponse.FromString(data[at + 4 : at + 4 + length])
        at += 4 + length


def _framed(rows: SnapshotRows) -> Iterator[bytes]:
    for sample in rows.samples:
        split = split_of(sample.programme_key, rows.dataset.recipe)
        message = sample_message(sample, repeats=rows.repeats.get(sample.sample_id, 0))
        row = ReadSnapshotResponse(sample=message, split=split)
        content = row.SerializeToString(deterministic=True)
        yield len(content).to_bytes(4, "big") + content


def _parquet(rows: list[dict[str, Any]], schema: pa.Schema) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    return out.getvalue()


def _sample_rows(rows: SnapshotRows) -> Iterator[dict[str, Any]]:
    for sample in rows.samples:
        rights = sample.provenance.rights
        shared = {
            "sample_id": sample.sample_id,
            "class_id": sample.class_id,
            "asset_id": sample.asset_id,
            "programme": sample.programme_key,
            "split": split_name(split_of(sample.programme_key, rows.dataset.recipe)),
            "original_sha256": sample.provenance.original_sha256,
            "basis": enum_word(LegalBasis.DESCRIPTOR, rights.legal_basis),
            "statements": [statement_name(statement_ref(ground)) for ground in rights.grounds],
            "owed": list(_owed(sample)),
        }
        for crop, vector in zip(sample.crops, rows.vectors.get(sample.sample_id, NO_VECTORS), strict=False):
            yield {**shared, "vector": vector, "crop": crop.picture.key, "pts": crop.moment.pts}


def _owed(sample: Sample) -> Iterator[dict[str, Any]]:
    for ground in paid(sample.provenance.rights):
        ref = statement_ref(ground)
        yield {
            "holder": ground.holder or ground.issuer,
            "pay_model": enum_word(PayModel.DESCRIPTOR, ground.payment.model),
            "amount": ground.payment.amount,
            "currency": ground.payment.currency,
            "issuer": ref.issuer,
            "statement_id": ref.statement_id,
            "revision": ref.revision,
        }


def _background_rows(rows: SnapshotRows) -> Iterator[dict[str, Any]]:
    for face in rows.background_faces:
        for vector in face.vectors:
            yield {"face": face.face, "asset_id": face.asset_id, "vector": vector}


def _manifest(rows: SnapshotRows, samples: ObjectRef, background: ObjectRef) -> dict[str, Any]:
    """Return what the snapshot is, with a hash for everything it names. Class ids only, never names."""
    per_class: dict[str, Counter[str]] = defaultdict(Counter)
    programmes: dict[str, set[str]] = defaultdict(set)
    for sample in rows.samples:
        per_class[sample.class_id][split_name(split_of(sample.programme_key, rows.dataset.recipe))] += 1
        programmes[sample.class_id].add(sample.programme_key)
    return {
        "snapshot_id": rows.snapshot_id,
        "dataset_id": rows.dataset.dataset_id,
        "number": rows.number,
        "created_at": rows.created_at.isoformat(),
        "recipe": rows.dataset.recipe,
        "purpose": enum_word(Purpose.DESCRIPTOR, rows.dataset.purpose),
        "embedding": to_json(rows.embedding),
        "classes": [
            {"class_id": name, "samples": dict(per_class[name]), "programmes": len(programmes[name])}
            for name in sorted(per_class)
        ],
        "tables": {"samples": _object(samples), "background": _object(background)},
        "samples": [_described(sample) for sample in rows.samples],
    }


def _described(sample: Sample) -> dict[str, Any]:
    provenance = sample.provenance
    return {
        "sample_id": sample.sample_id,
        "class_id": sample.class_id,
        "revision": sample.revision,
        "asset_id": sample.asset_id,
        "original_sha256": provenance.original_sha256,
        "uri": provenance.uri,
        "programme": sample.programme_key,
        "span": to_json(sample.span),
        "timecode": provenance.timecode,
        "crops": [_object(crop.picture) for crop in sample.crops],
        "rights": {
            "sentence": provenance.rights.sentence,
            "statements": [statement_name(statement_ref(ground)) for ground in provenance.rights.grounds],
        },
        "accepted_by": to_json(provenance.accepted_by),
    }


def _object(ref: ObjectRef) -> dict[str, Any]:
    return {"key": ref.key, "sha256": ref.sha256, "size": ref.size, "media_type": ref.media_type}
