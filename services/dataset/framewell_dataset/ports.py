"""What the handlers need from outside. Every write is idempotent or compares before it sets."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.dataset.v1.dataset_service_pb2 import ReadSnapshotResponse
from framewell.media.v1.media_pb2 import ObjectRef, Programme
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell.sample.v1.sample_pb2 import Crop
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.audit import AuditEntry, Head
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_dataset.domain.ledger import Entry
from framewell_dataset.domain.rights import StatedRights
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.sightings import FaceSeen, SeenInChunk, Vectors
from framewell_dataset.domain.snapshots import KeptSnapshot, SnapshotObjects, SnapshotRows, Stranger
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class Page:
    """How many, and after which token of the page before."""

    size: int
    token: str = ""


class AssetBook(Protocol):
    """Assets taken in, and what was analysed of them."""

    async def remember(self, asset: Asset) -> bool:
        """Keep the asset; False when it is known in this revision or a later one, or removed."""
        ...

    async def get(self, asset_id: str) -> Asset | None: ...

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        """False when a later revision is known, or the asset is not."""
        ...

    async def note_rights(self, asset_id: str, holders: Sequence[str], due: datetime | None) -> None:
        """Who holds rights in it, and when its rights have to be asked for again."""
        ...

    async def of_source(self, source: str) -> list[Asset]: ...

    async def of_holder(self, holder: str) -> list[Asset]: ...

    async def rights_due(self, before: datetime, limit: int) -> list[Asset]: ...

    async def remove(self, asset_id: str, revision: int) -> None:
        """Keep nothing but the fact that it is gone, so that late facts about it change nothing."""
        ...

    async def keep_chunk(self, chunk: ChunkAnalysed) -> None: ...

    async def chunks(self, asset_id: str) -> list[ChunkAnalysed]:
        """Analysed chunks, in order of time."""
        ...


class RightsBook(Protocol):
    """Statements by target: `asset:<id>`, `source:<name>`, `holder:<name>`."""

    async def of(self, asset: Asset) -> StatedRights:
        """All that was stated about the asset, its source and its holders."""
        ...

    async def add(self, target: str, statements: Sequence[RightsStatement], change: int) -> bool:
        """Add a change's statements and raise the revision; False when they change nothing."""
        ...

    async def forget(self, target: str) -> bool: ...


class SampleStore(Protocol):
    """Samples and their vectors. A change and the fact that tells of it are one write."""

    async def insert(self, sample: Sample, vectors: Vectors, fact: Outgoing, cause: Cause) -> bool:
        """Keep a new sample with its vectors [rows, 128]; False when its id is taken."""
        ...

    async def change(self, before: Sample, after: Sample, fact: Outgoing | None, cause: Cause) -> bool:
        """Put `after` where `before` stands; False when somebody changed it meanwhile."""
        ...

    async def collapse(self, sample_id: str, refs: Sequence[str]) -> None:
        """Note that the sample stands for these sightings too. `change` leaves what was noted alone."""
        ...

    async def grow(self, sample: Sample) -> None:
        """Note the span and trail of a sample that grew. `change` leaves them alone."""
        ...

    async def get(self, sample_id: str) -> Sample | None: ...

    async def of_asset(self, asset_id: str, dataset_id: str = "") -> list[Sample]: ...

    async def of_class(self, class_id: str) -> list[Sample]: ...

    async def in_state(self, dataset_id: str, states: Sequence[State]) -> list[Sample]: ...

    async def page(
        self, page: Page, *, dataset_id: str, states: Sequence[State], class_id: str, asset_id: str
    ) -> tuple[list[Sample], str]:
        """Oldest first, and the token of the next page (empty on the last)."""
        ...

    async def claim(
        self, dataset_id: str, reviewer: str, limit: int, now: datetime, until: datetime
    ) -> list[Sample]: ...

    async def vectors(self, sample_ids: Sequence[str]) -> dict[str, Vectors]: ...

    async def set_vectors(self, sample_id: str, vectors: Vectors) -> None: ...

    async def forget_vectors(self, sample_id: str) -> bool: ...

    async def uses_picture(self, key: str, but: str) -> bool:
        """Whether a sample other than `but` has a crop with this object key."""
        ...


class Catalogue(Protocol):
    """Datasets and classes."""

    async def add_dataset(self, dataset: Dataset) -> bool: ...

    async def dataset(self, dataset_id: str) -> Dataset | None: ...

    async def datasets(self) -> list[Dataset]: ...

    async def add_class(self, added: DatasetClass) -> bool: ...

    async def get_class(self, class_id: str) -> DatasetClass | None: ...

    async def classes(self, dataset_id: str = "", class_ids: Sequence[str] = ()) -> list[DatasetClass]: ...

    async def change_class(self, before: DatasetClass, after: DatasetClass) -> bool: ...

    async def forget_class(self, class_id: str) -> bool: ...

    async def never_learn(self, name_hashes: Sequence[str], class_id: str) -> None: ...

    async def is_never_learned(self, name_hash: str) -> bool: ...

    async def salt(self) -> bytes:
        """The secret that name hashes are made with; the same for ever."""
        ...


class Pictures(Protocol):
    """What was seen, and the pictures it was seen in."""

    async def seen(self, chunk: ChunkAnalysed) -> SeenInChunk:
        """The faces and captions of an analysed chunk; empty where an analyser failed."""
        ...

    async def cut(self, frames: ObjectRef, faces: Sequence[FaceSeen]) -> list[Crop]:
        """The faces cut out of their pictures, as stored objects, in the same order."""
        ...

    async def timecode(self, frames: ObjectRef, face: FaceSeen) -> str:
        """Timecode of the face's picture, empty when the asset has none."""
        ...

    async def delete(self, key: str) -> bool:
        """Delete a stored object."""
        ...


class Strangers(Protocol):
    """Unnamed faces of analysed assets."""

    async def keep(self, asset_id: str, strangers: Sequence[Stranger]) -> None:
        """Replace those of the asset."""
        ...

    async def newest(self, limit: int) -> list[Stranger]: ...

    async def forget(self, asset_id: str) -> int: ...


class SnapshotStore(Protocol):
    """Snapshots and the turns they are made in."""

    async def turn(self, dataset_id: str) -> int:
        """The turn that the next snapshot will be made in."""
        ...

    async def take_turn(self, dataset_id: str, turn: int) -> bool:
        """End the turn: changes from now on belong to the next. False when it was ended before."""
        ...

    async def next_number(self, dataset_id: str) -> int: ...

    async def numbers(self, dataset_id: str) -> int:
        """How many numbers were given out."""
        ...

    async def put_draft(self, draft: KeptSnapshot) -> bool:
        """Write or rewrite a draft; False when it is published or withdrawn already."""
        ...

    async def publish(self, draft: KeptSnapshot, facts: Sequence[Outgoing], cause: Cause) -> bool:
        """Tell of the draft; False when it was withdrawn or rewritten meanwhile."""
        ...

    async def withdraw(
        self, kept: KeptSnapshot, withdrawn: SnapshotWithdrawn, fact: Outgoing, cause: Cause
    ) -> bool: ...

    async def void(self, kept: KeptSnapshot) -> bool:
        """Make sure that a draft is never published."""
        ...

    async def get(self, snapshot_id: str) -> KeptSnapshot | None: ...

    async def newest(self, dataset_id: str) -> KeptSnapshot | None:
        """The newest that is published and not withdrawn."""
        ...

    async def containing(self, sample_id: str) -> list[KeptSnapshot]:
        """Drafts and published ones, not withdrawn."""
        ...

    async def ever_containing(self, sample_id: str) -> list[KeptSnapshot]:
        """Withdrawn ones too."""
        ...

    async def page(self, page: Page, dataset_id: str) -> tuple[list[KeptSnapshot], str]:
        """Newest first; no drafts."""
        ...

    async def note_export(self, snapshot_id: str, format_: str, export: ObjectRef) -> None: ...

    async def exports(self, snapshot_id: str) -> list[ObjectRef]: ...


class SnapshotTables(Protocol):
    """A snapshot as objects."""

    async def write(self, rows: SnapshotRows) -> SnapshotObjects: ...

    async def discard(self, written: KeptSnapshot) -> None:
        """Delete the tables of a draft that will not be published as it is."""
        ...

    def read(self, rows_key: str) -> AsyncIterator[ReadSnapshotResponse]:
        """The samples with their splits, as they were when it was published."""
        ...


class SnapshotExporter(Protocol):
    """A snapshot in formats that others read."""

    def export(self, kept: KeptSnapshot, format_: str) -> AsyncIterator[float | ObjectRef]:
        """Progress from 0 to 1, then the export. Raises Rejected for an unknown format."""
        ...


class PublishQueue(Protocol):
    """Where a changed dataset waits for its next snapshot."""

    async def ask(self, dataset_id: str, turn: int, actor: Actor, cause: Cause) -> None:
        """See that the turn's snapshot is made, a moment from now. Asking again changes nothing."""
        ...


class Ledger(Protocol):
    """Uses and money."""

    async def enter(self, entry: Entry) -> bool:
        """Keep an entry once; False when it is there."""
        ...

    async def page(self, page: Page, holder: str) -> tuple[list[Entry], str]:
        """Newest first."""
        ...

    async def all(self, holder: str) -> list[Entry]: ...


class AuditLog(Protocol):
    """The chains of decisions."""

    async def has(self, event_id: str) -> bool: ...

    async def last(self, chain: int) -> tuple[AuditEntry, str] | None:
        """The last entry and its hash."""
        ...

    async def append(self, entry: AuditEntry) -> bool:
        """False when its place is taken, or its event is there."""
        ...

    async def head(self, chain: int) -> Head | None: ...

    async def entries(self, chain: int) -> list[tuple[AuditEntry, str]]:
        """All of a chain in order, each with the hash stored beside it."""
        ...
