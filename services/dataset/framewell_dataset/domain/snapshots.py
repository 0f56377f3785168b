"""What a snapshot is: an immutable list of accepted samples, split by programme, named by its turn."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.snapshot.v1.snapshot_pb2 import ClassCount, SnapshotPublished, SnapshotWithdrawn, Split
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.samples import Sample
from framewell_dataset.domain.sightings import Vectors

IDENTITY = "identity"
VALIDATION_PERCENT, TEST_PERCENT = 10, 10


class SnapshotState(StrEnum):
    """A draft is complete but not told of: rights are asked a last time between the two."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    """A snapshot as the service holds it. `rows` is the object with its samples as they were."""

    published: SnapshotPublished
    state: SnapshotState
    sample_ids: tuple[str, ...]
    content: str
    rows_key: str
    created_at: datetime
    withdrawn: SnapshotWithdrawn | None = None


@dataclass(frozen=True, slots=True)
class Stranger:
    """A face nobody has named: the background that an open-set threshold is judged against."""

    face: str
    asset_id: str
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class SnapshotRows:
    """Everything that goes into a snapshot's tables."""

    snapshot_id: str
    number: int
    dataset: Dataset
    samples: tuple[Sample, ...]
    vectors: dict[str, Vectors]
    strangers: tuple[Stranger, ...]
    embedding: ModelVersion
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotObjects:
    """Where they lie."""

    manifest: ObjectRef
    samples: ObjectRef
    background: ObjectRef
    rows: ObjectRef


def snapshot_id(dataset_id: str, turn: int) -> str:
    """Known before it is made, so that the snapshot it takes the place of can name it."""
    return derived_id(dataset_id, "snapshot", str(turn))


def split_of(programme_key: str, recipe: str) -> "Split.ValueType":
    """Everything of one programme is in one split, so that no split has seen the other's pictures.

    The identity recipe makes its own folds (leave a programme out), so it gets everything to train.
    """
    if recipe == IDENTITY:
        return Split.SPLIT_TRAIN
    draw = int.from_bytes(sha256(programme_key.encode()).digest()[:4], "big") % 100
    if draw < TEST_PERCENT:
        return Split.SPLIT_TEST
    return Split.SPLIT_VALIDATION if draw < TEST_PERCENT + VALIDATION_PERCENT else Split.SPLIT_TRAIN


def split_name(split: "Split.ValueType") -> str:
    """`train`, `validation` or `test`."""
    return Split.Name(split).removeprefix("SPLIT_").lower()


def content_hash(samples: Sequence[Sample]) -> str:
    """The same for the same samples with the same classes: such a snapshot need not be published again."""
    rows = sorted([sample.sample_id, sample.class_id, len(sample.crops)] for sample in samples)
    return sha256(json.dumps(rows).encode()).hexdigest()


def counts(samples: Sequence[Sample], recipe: str) -> list[ClassCount]:
    """Samples per class and split, by class."""
    tally = Counter((sample.class_id, split_of(sample.programme_key, recipe)) for sample in samples)
    return [
        ClassCount(class_id=class_id, split=split, samples=number)
        for (class_id, split), number in sorted(tally.items())
    ]
