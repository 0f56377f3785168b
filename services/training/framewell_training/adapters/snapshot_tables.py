"""A snapshot's Parquet tables as photos and strangers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Rejected
from framewell_training.domain.photos import Crop, Photos, Strangers
from framewell_training.domain.snapshots import Owed
from framewell_training.ports import Tables

SAMPLE_COLUMNS: Final = ("sample_id", "class_id", "asset_id", "programme", "split", "vector")
BACKGROUND_COLUMNS: Final = ("face", "asset_id", "vector")
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
        _one_length([*rows, *background], published.snapshot_id)
        return Tables(
            photos=Photos.of_crops(_crop(row) for row in rows),
            strangers=Strangers.of_rows((row["face"], row["asset_id"], row["vector"]) for row in background),
            owed=tuple(_owed(rows)),
        )


def _rows(path: Path, columns: Iterable[str], snapshot_id: str) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise Rejected(
            f"a table of snapshot {snapshot_id} cannot be read: {error}", code="unreadable_snapshot"
        ) from error
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise Rejected(
            f"a table of snapshot {snapshot_id} lacks the columns {', '.join(missing)}",
            code="unreadable_snapshot",
        )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _one_length(rows: Iterable[Mapping[str, Any]], snapshot_id: str) -> None:
    """Vectors of two lengths come from two embeddings and must never be compared."""
    lengths = {len(row["vector"]) for row in rows}
    finite = all(np.isfinite(row["vector"]).all() for row in rows)
    if len(lengths) > 1 or not finite:
        raise Rejected(
            f"the vectors of snapshot {snapshot_id} are not of one embedding, or not finite:"
            f" lengths {sorted(lengths)}",
            code="unreadable_snapshot",
        )


def _crop(row: Mapping[str, Any]) -> Crop:
    return Crop(
        sample_id=row["sample_id"],
        class_id=row["class_id"],
        asset_id=row["asset_id"],
        # An asset of which no programme is known is a programme of its own.
        programme=row["programme"] or row["asset_id"],
        learned=row["split"] == LEARNED_SPLIT,
        vector=row["vector"],
    )


def _owed(rows: Iterable[Mapping[str, Any]]) -> Iterable[Owed]:
    """What every use of a learned sample costs; each (sample, holder, statement) once."""
    seen = set()
    for row in rows:
        for due in row.get("owed") or ():
            key = (row["sample_id"], due["holder"], due["statement"])
            if due["pay_model"] == PAID_PER_USE and row["split"] == LEARNED_SPLIT and key not in seen:
                seen.add(key)
                yield Owed(
                    sample_id=row["sample_id"],
                    asset_id=row["asset_id"],
                    holder=due["holder"],
                    amount=due["amount"],
                    currency=due["currency"],
                    statement=due["statement"],
                )
