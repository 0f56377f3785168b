"""What a snapshot is: an immutable list of accepted samples, split by programme, named by its batch."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.rights.v1.rights_pb2 import Purpose
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn, Split, SplitCount
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.identity import derived_id
from framewell_contracts.json_mapping import enum_word
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.observations import NO_VECTORS, Described, Vectors
from framewell_dataset.domain.samples import Sample, rests_on

IDENTITY = "identity"
VALIDATION_PERCENT, TEST_PERCENT = 10, 10


class SnapshotState(StrEnum):
    """A draft is complete but not published: rights are asked a last time in between."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot as the service holds it.

    `content` is the hash of its contents (empty: a voided draft, which is made again); `rows_key` is the
    object with the samples as they were.
    """

    published: SnapshotPublished
    state: SnapshotState
    content: str
    rows_key: str
    created_at: datetime
    withdrawn: SnapshotWithdrawn | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the objects it names."""
        published = self.published
        refs = (published.manifest, published.samples, published.background)
        return (*(ref.key for ref in refs), self.rows_key)


@dataclass(frozen=True, slots=True)
class Member:
    """A sample of a snapshot, and what its publication costs."""

    sample_id: str
    uses: tuple[UsageRecorded, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """Samples of a snapshot in one file, made for one purpose."""

    snapshot_id: str
    ref: ObjectRef
    purpose: "Purpose.ValueType"
    sample_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackgroundFace:
    """A face nobody has named: the background that an open-set threshold is judged against."""

    face: str
    asset_id: str
    described: Described
    """Its vectors in one space."""

    @property
    def vectors(self) -> Vectors:
        return self.described.rows


@dataclass(frozen=True, slots=True)
class Contents:
    """What a snapshot is made of at one moment: accepted samples, and faces that nobody named."""

    samples: tuple[Sample, ...]
    background: tuple[BackgroundFace, ...]

    @property
    def hash(self) -> str:
        """Return a hash of both, samples first; see `same_samples`."""
        faces = sorted(face.face for face in self.background)
        return f"{content_hash(self.samples)}/{sha256(json.dumps(faces).encode()).hexdigest()}"

    @property
    def background_assets(self) -> tuple[str, ...]:
        """Return the assets that the unnamed faces come from, by id."""
        return tuple(sorted({face.asset_id for face in self.background}))

    def still_holds(self, now: "Contents") -> bool:
        """Return whether all that this holds may be used as it is, by what was read later."""
        rows = {content_hash([sample]) for sample in now.samples}
        assets = set(now.background_assets)
        return {content_hash([sample]) for sample in self.samples} <= rows and (
            set(self.background_assets) <= assets
        )


def same_samples(content: str, other: str) -> bool:
    """Return whether two snapshots, by their content, hold the same samples on the same grounds."""
    return bool(content) and content.partition("/")[0] == other.partition("/")[0]


@dataclass(frozen=True, slots=True)
class SnapshotRows:
    """Everything that goes into a snapshot's tables; vectors and counts of near-duplicates by sample."""

    snapshot_id: str
    number: int
    dataset: Dataset
    samples: tuple[Sample, ...]
    vectors: dict[str, Vectors]
    repeats: dict[str, int]
    background_faces: tuple[BackgroundFace, ...]
    embedding: ModelVersion
    created_at: datetime

    @property
    def dimensions(self) -> int:
        """Return how many numbers its vectors have."""
        tables = [*self.vectors.values(), *(face.vectors for face in self.background_faces), NO_VECTORS]
        return int(tables[0].shape[1])


@dataclass(frozen=True, slots=True)
class SnapshotObjects:
    """The objects of one snapshot."""

    manifest: ObjectRef
    samples: ObjectRef
    background: ObjectRef
    rows: ObjectRef


def snapshot_id(dataset_id: str, batch: int, space: str = "") -> str:
    """Return its id, known before it is made, so that the snapshot it takes the place of can name it.

    `space` is that of its vectors where a batch has snapshots in further spaces; empty for the first one.
    """
    return derived_id(dataset_id, "snapshot", f"{batch}/{space}" if space else str(batch))


def split_of(programme_key: str, recipe: str) -> "Split.ValueType":
    """Return the split of a programme: all of it is in one, so that no split has seen another's pictures.

    The identity recipe makes its own folds (leave a programme out), so it gets everything to train.
    """
    if recipe == IDENTITY:
        return Split.SPLIT_TRAIN
    draw = int.from_bytes(sha256(programme_key.encode()).digest()[:4], "big") % 100
    if draw < TEST_PERCENT:
        return Split.SPLIT_TEST
    return Split.SPLIT_VALIDATION if draw < TEST_PERCENT + VALIDATION_PERCENT else Split.SPLIT_TRAIN


def split_name(split: "Split.ValueType") -> str:
    """Return `train`, `validation` or `test`."""
    return enum_word(Split.DESCRIPTOR, split)


def content_hash(samples: Sequence[Sample]) -> str:
    """Return a hash that is the same for the same samples with the same classes, on the same grounds.

    Such a snapshot need not be published again: nobody is owed anything else for it either.
    """
    rows = sorted(
        [sample.sample_id, sample.class_id, len(sample.crops), *_grounds(sample)] for sample in samples
    )
    return sha256(json.dumps(rows).encode()).hexdigest()


def _grounds(sample: Sample) -> tuple[int, list[str]]:
    basis, grounds = rests_on(sample.provenance.rights)
    return basis, [sha256(each).hexdigest() for each in grounds]


def split_counts(samples: Sequence[Sample], recipe: str) -> list[SplitCount]:
    """Return how many samples and classes each split has; a split without samples is left out."""
    classes: dict[Split.ValueType, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        classes[split_of(sample.programme_key, recipe)][sample.class_id] += 1
    return [
        SplitCount(split=split, sample_count=found.total(), class_count=len(found))
        for split, found in sorted(classes.items())
    ]
