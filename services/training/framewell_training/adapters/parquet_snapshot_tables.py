"""A snapshot's Parquet tables as photos and background faces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Rejected
from framewell_training.domain.faces import BackgroundFaces, Crop, Photos, Vectors
from framewell_training.domain.snapshots import Owed
from framewell_training.ports import Tables

VECTOR: Final = "vector"
SAMPLE_COLUMNS: Final = ("sample_id", "class_id", "asset_id", "programme", "split", VECTOR)
BACKGROUND_COLUMNS: Final = ("face", "asset_id", VECTOR)
LEARNED_SPLIT: Final = "train"
PAID_PER_USE: Final = "per_use"


@dataclass(frozen=True, slots=True)
class ParquetTables:
    """SnapshotTables over the object store; reading runs in a thread."""

    objects: Objects

    async def read(self, published: SnapshotPublished) -> Tables:
        async with self.objects.local(published.samples) as path:
            rows = await asyncio.to_thread(_rows, path, SAMPLE_COLUMNS, published.snapshot_id)
        background: list[dict[str, Any]] = []
        if published.background.key:
            async with self.objects.local(published.background) as path:
                background = await asyncio.to_thread(_rows, path, BACKGROUND_COLUMNS, published.snapshot_id)
        if len({len(row[VECTOR]) for row in (*rows[:1], *background[:1])}) > 1:
            raise Rejected(
                say(
                    "unreadable_snapshot.two",
                    "samples and background of snapshot {snapshot_id} are of two embeddings",
                    snapshot_id=published.snapshot_id,
                ),
            )
        return Tables(
            photos=Photos.of_crops(_crop(row) for row in rows),
            background=BackgroundFaces.of_rows(
                (row["face"], row["asset_id"], row[VECTOR]) for row in background
            ),
            owed=tuple(_owed(rows)),
        )


def _rows(path: Path, columns: Iterable[str], snapshot_id: str) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise Rejected(
            say(
                "unreadable_snapshot.table",
                "a table of snapshot {snapshot_id} cannot be read: {why}",
                snapshot_id=snapshot_id,
                why=error,
            )
        ) from error
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise Rejected(
            say(
                "unreadable_snapshot.columns",
                "a table of snapshot {snapshot_id} lacks the columns {known}",
                snapshot_id=snapshot_id,
                known=", ".join(missing),
            ),
        )
    rows: list[dict[str, Any]] = table.drop_columns([VECTOR]).to_pylist()
    # A vector stays the array it is stored as: turned into Python numbers a large table takes minutes.
    for row, vector in zip(rows, _vectors(table[VECTOR], snapshot_id), strict=True):
        row[VECTOR] = vector
    return rows


def _vectors(column: pa.ChunkedArray, snapshot_id: str) -> Vectors:
    """Return the column as float32 [rows, dimensions].

    Raise Rejected for vectors of two lengths, which come from two embeddings, and for values not finite.
    """
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    flat = pc.list_flatten(column).to_numpy().astype(np.float32)
    if len(lengths) > 1 or None in lengths or not np.isfinite(flat).all():
        raise Rejected(
            say(
                "unreadable_snapshot.vectors",
                "vectors of snapshot {snapshot_id} are not of one embedding, or not finite: lengths "
                "{lengths}",
                snapshot_id=snapshot_id,
                lengths=lengths,
            ),
        )
    return flat.reshape(len(column), -1) if len(column) else np.zeros((0, 0), dtype=np.float32)


def _crop(row: Mapping[str, Any]) -> Crop:
    return Crop(
        sample_id=row["sample_id"],
        class_id=row["class_id"],
        asset_id=row["asset_id"],
        # An asset of which no programme is known is a programme of its own.
        programme=row["programme"] or row["asset_id"],
        learned=row["split"] == LEARNED_SPLIT,
        vector=row[VECTOR],
    )


def _owed(rows: Iterable[Mapping[str, Any]]) -> Iterable[Owed]:
    """Yield what every use of a learned sample costs, each (sample, holder, statement) once."""
    seen = set()
    for row in rows:
        for due in row.get("owed") or ():
            key = (row["sample_id"], due["holder"], due["issuer"], due["statement_id"])
            if due["pay_model"] == PAID_PER_USE and row["split"] == LEARNED_SPLIT and key not in seen:
                seen.add(key)
                yield Owed(
                    sample_id=row["sample_id"],
                    asset_id=row["asset_id"],
                    holder=due["holder"],
                    amount=due["amount"],
                    currency=due["currency"],
                    issuer=due["issuer"],
                    statement_id=due["statement_id"],
                    revision=due["revision"],
                )
