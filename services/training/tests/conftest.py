"""Faces that behave like embeddings, and training as it is wired, on stores in memory.

Photos of one person lie about 0.4 apart, those of two people about 0.9.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Purpose
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.training.v1 import training_service_pb2 as messages
from framewell_kit.testing.service_bench import ServiceBench
from framewell_kit.testing.waiting import patient
from framewell_training.domain.faces import BackgroundFaces, Crop, Photos
from framewell_training.settings import TrainingSettings
from framewell_training.wiring import wire

DIMENSIONS = 128
BETWEEN = 0.9 / np.sqrt(2 * DIMENSIONS)
WITHIN = 0.38 / np.sqrt(2 * DIMENSIONS)


@dataclass
class Cast:
    """Draws people and photos of them; the same seed draws the same."""

    seed: int = 1
    common: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.common = self.random.standard_normal(DIMENSIONS) * (1.3 / np.sqrt(DIMENSIONS))
        self.people: dict[str, np.ndarray] = {}

    def person(self, name: str) -> np.ndarray:
        if name not in self.people:
            self.people[name] = self.common + self.random.standard_normal(DIMENSIONS) * BETWEEN
        return self.people[name]

    def photo(self, name: str) -> list[float]:
        return [float(x) for x in self.person(name) + self.random.standard_normal(DIMENSIONS) * WITHIN]

    def crops(
        self, name: str, programmes: Sequence[str], *, crops: int = 3, learned: bool = True
    ) -> list[Crop]:
        """One sample a programme, `crops` vectors each, which resemble each other as those of one shot do."""
        shots = {programme: np.array(self.photo(name)) for programme in programmes}
        return [
            Crop(f"{name}/{programme}", name, f"asset-{programme}", programme, learned, self.crop(shot))
            for programme, shot in shots.items()
            for _ in range(crops)
        ]

    def crop(self, shot: np.ndarray) -> list[float]:
        return [
            float(x) for x in shot + self.random.standard_normal(DIMENSIONS) * (0.05 / np.sqrt(DIMENSIONS))
        ]

    def near(self, name: str, distance: float) -> list[float]:
        """Draw somebody else whose face lies this far from the person's own."""
        away = self.random.standard_normal(DIMENSIONS)
        return [float(x) for x in self.person(name) + away * (distance / np.linalg.norm(away))]

    def photos(self, programmes: dict[str, Sequence[str]]) -> Photos:
        return Photos.of_crops([crop for name, seen in programmes.items() for crop in self.crops(name, seen)])

    def background(self, count: int) -> BackgroundFaces:
        return BackgroundFaces.of_rows(
            (f"face-{number}", f"asset-{number % 7}", self.photo(f"stranger-{number}"))
            for number in range(count)
        )


OWED = pa.list_(
    pa.struct(
        [(name, pa.string()) for name in ("holder", "pay_model", "amount", "currency", "issuer")]
        + [("statement_id", pa.string()), ("revision", pa.int64())]
    )
)
SAMPLES = pa.schema(
    [(name, pa.string()) for name in ("sample_id", "class_id", "asset_id", "programme", "split")]
    + [("vector", pa.list_(pa.float32(), DIMENSIONS)), ("owed", OWED)]
)
BACKGROUND = pa.schema(
    [("face", pa.string()), ("asset_id", pa.string()), ("vector", pa.list_(pa.float32(), DIMENSIONS))]
)


class TrainingBench(ServiceBench):
    """Training, and the snapshots of dataset `people` that a test publishes to it."""

    def __init__(self, before: ServiceBench | None = None) -> None:
        """A service on new stores, or one that takes over the stores and the clock of another."""
        shared = (
            {}
            if before is None
            else {
                "documents": before.documents,
                "objects": before.objects,
                "facts": before.facts,
                "clock": before.clock,
            }
        )
        super().__init__("training", wire, TrainingSettings(device="cpu"), **shared)
        self.number = 0

    async def publish(
        self, crops: Sequence[Crop], background: BackgroundFaces | None = None, *, owed: Any = None
    ) -> SnapshotPublished:
        """Publish the crops as the dataset service does, and do all that follows. Return the fact."""
        self.number += 1
        fact = await self.snapshot(crops, background, owed=owed, number=self.number)
        await self.deliver(fact)
        await self.settle()
        self.clock.advance(1)
        return fact

    async def snapshot(
        self,
        crops: Sequence[Crop],
        background: BackgroundFaces | None = None,
        *,
        owed: Any = None,
        number: int = 1,
        recipe: str = "identity",
        purpose: Purpose.ValueType = PURPOSE_OWN_TRAINING,
        embedding: str = "faces/dlib-resnet",
    ) -> SnapshotPublished:
        """Return the fact about a snapshot whose tables are stored."""
        rows = [
            {
                "sample_id": crop.sample_id,
                "class_id": crop.class_id,
                "asset_id": crop.asset_id,
                "programme": crop.programme,
                "split": "train" if crop.learned else "test",
                "vector": list(crop.vector),
                "owed": (owed or {}).get(crop.sample_id, []),
            }
            for crop in crops
        ]
        fact = SnapshotPublished(
            snapshot_id=f"snapshot-{number}",
            dataset_id="people",
            number=number,
            recipe=recipe,
            embedding=ModelVersion(name=embedding, version="1.0"),
            purpose=purpose,
            samples=await self._table(rows, SAMPLES),
        )
        if background is not None:
            columns = (background.faces, background.asset_ids, background.vectors.tolist())
            faces = [dict(zip(BACKGROUND.names, row, strict=True)) for row in zip(*columns, strict=True)]
            fact.background.CopyFrom(await self._table(faces, BACKGROUND))
        return fact

    async def running_challenge(self) -> messages.Run:
        """Wait until a challenge trains. Return its run."""
        async with patient():
            while True:
                listed = await self.call("ListRuns", messages.ListRunsRequest())
                if found := [run for run in listed.runs if run.stage.startswith("epoch")]:
                    return found[0]
                await asyncio.sleep(0.01)

    async def _table(self, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> ObjectRef:
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), buffer)
        return await self.objects.put(buffer.getvalue(), media_type="application/parquet", suffix=".parquet")


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
async def training() -> AsyncIterator[TrainingBench]:
    async with TrainingBench() as bench:
        yield bench


@pytest.fixture
def take_over() -> type[TrainingBench]:
    """Makes a second process over the stores of a first."""
    return TrainingBench
