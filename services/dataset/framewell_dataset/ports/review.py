"""Samples and their vectors."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from framewell.media.v1.media_pb2 import ObjectRef, Span
from framewell_dataset.domain.observations import Described, FaceSeen, Vectors
from framewell_dataset.domain.samples import Sample, State
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.paging import Page, PageRequest

SampleOrdering = Literal["oldest", "doubtful", "person", "decided"]
"""Oldest first; questions and poor pictures first; one class after the other; decided last first."""

Grouping = Literal["class_id", "claimed_by"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples are wanted; what is empty or None is not asked.

    `claimed_at` leaves out those that nobody is reviewing then.
    """

    dataset_id: str = ""
    states: Sequence[State] = ()
    class_id: str | None = None
    asset_id: str = ""
    decided_by: str = ""
    claimed_by: str = ""
    claimed_at: datetime | None = None
    question: bool | None = None
    cluster_decision_id: str = ""
    without_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims samples, from when until when."""

    reviewer: str
    now: datetime
    until: datetime


class SampleRepository(Protocol):
    """Samples. A change and the fact about it are one write."""

    async def insert(self, sample: Sample, fact: Outgoing, cause: Cause) -> bool:
        """Keep a new sample; False when its id is taken."""
        ...

    async def change(self, before: Sample, after: Sample, fact: Outgoing | None, cause: Cause) -> bool:
        """Put `after` where `before` stands; False when somebody changed it meanwhile."""
        ...

    async def grow(self, sample: Sample) -> None:
        """Note the span and trajectory of a sample that grew. `change` leaves them alone."""
        ...

    async def get(self, sample_id: str) -> Sample | None: ...

    async def overlapping(self, asset_id: str, dataset_id: str, span: Span) -> list[Sample]:
        """Return the samples of the asset that share time with the span, oldest first."""
        ...

    async def nearby(self, asset_id: str, dataset_id: str, pts: int, limit: int) -> list[Sample]:
        """Return at most so many proposed, accepted and withheld samples on either side of the pts."""
        ...

    def of_asset(self, asset_id: str) -> AsyncIterator[Sample]:
        """Yield the samples of an asset, oldest first."""
        ...

    def of_class(self, class_id: str) -> AsyncIterator[Sample]:
        """Yield the samples of a class, oldest first."""
        ...

    async def newest_of_class(self, class_id: str, states: Sequence[State], limit: int) -> list[Sample]:
        """Return the newest samples of a class in these states."""
        ...

    async def count(self, class_id: str, programme_key: str) -> int:
        """Count the samples of a class from one programme, without rejected and withdrawn ones."""
        ...

    def in_state(self, dataset_id: str, states: Sequence[State]) -> AsyncIterator[Sample]:
        """Yield the samples of a dataset in these states, oldest first."""
        ...

    async def page(self, page: PageRequest, wanted: Wanted, order: SampleOrdering = "oldest") -> Page[Sample]:
        """Return a page of the samples that are wanted. Raises Rejected for a bad token."""
        ...

    async def count_wanted(self, wanted: Wanted) -> int:
        """Count the samples that are wanted."""
        ...

    async def count_by(self, wanted: Wanted, field: Grouping, most: int) -> dict[str, int]:
        """Count the samples that are wanted by class or reviewer, at most so many of these, in any order."""
        ...

    async def claim(
        self, wanted: Wanted, lease: Lease, limit: int, order: SampleOrdering = "oldest"
    ) -> list[Sample]:
        """Claim proposed samples that nobody else has claimed when the lease begins, in this order."""
        ...

    async def claim_one(self, sample_id: str, lease: Lease) -> Sample | None:
        """Claim a sample, or claim it for longer; None when it is not proposed, or somebody else has it."""
        ...

    async def release(self, sample_ids: Sequence[str], reviewer: str) -> int:
        """Give back those of the samples that a reviewer has claimed; return how many."""
        ...


class RepeatRepository(Protocol):
    """The near-duplicates that a sample stands for: faces that show its very pictures again."""

    async def note(self, sample_id: str, asset_id: str, faces: Sequence[FaceSeen]) -> None:
        """Note that the sample stands for these faces of an asset too. Noting one again changes nothing."""
        ...

    async def count(self, sample_ids: Sequence[str]) -> dict[str, int]:
        """Return how many faces each of the samples stands for; none is left out as 0."""
        ...

    async def forget_sample(self, sample_id: str) -> None:
        """Delete what was noted of a sample."""
        ...

    async def forget_asset(self, asset_id: str) -> None:
        """Delete what was noted of faces in an asset."""
        ...


class CropReferences(Protocol):
    """Which sample holds which picture; samples may share one, since objects are named by their content."""

    async def hold(self, holder: str, refs: Sequence[ObjectRef]) -> None:
        """Note that the sample has these pictures, before its document names them."""
        ...

    async def release(self, holder: str) -> int:
        """Let go of all pictures of a sample; delete those that no other has, and return how many."""
        ...


class VectorRepository(Protocol):
    """Vectors of samples, one row a crop: those the sample was found with, and the same in other spaces."""

    async def prepare(self) -> None:
        """Make the indexes that it needs."""
        ...

    async def put(self, sample_id: str, vectors: Described) -> None:
        """Keep the sample's own vectors in place of those before, in whichever space."""
        ...

    async def get(self, sample_ids: Sequence[str], space: str) -> dict[str, Vectors]:
        """Return the vectors in a space by sample; one that is not wholly described there is left out."""
        ...

    async def own(self, sample_ids: Sequence[str]) -> dict[str, Described]:
        """Return the vectors that samples were found with; a sample without any is left out."""
        ...

    async def spaces(self, sample_ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return which of the samples each space describes wholly."""
        ...

    async def describe(self, sample_id: str, own: Described, beside: Described) -> bool:
        """Keep the sample's own vectors in another space too, as far as its rows are known (finite).

        Rows that are known already stay. Return whether all are known now. Raises Busy.
        """
        ...

    async def forget(self, sample_id: str) -> bool:
        """Delete the sample's vectors in all spaces; False when there were none."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """What a person said about a sample in their own words, and the classes it may be about."""

    note_id: str
    sample_id: str
    class_ids: frozenset[str]
    text: str


class WordRepository(Protocol):
    """People's own words, apart from everything that is kept longer than they may be."""

    async def keep(self, note: Note) -> None:
        """Keep a note under its id; one that is there stays as it is."""
        ...

    async def read(self, note_ids: Sequence[str]) -> dict[str, str]:
        """Return the text of those of the notes that are still there."""
        ...

    async def discard(self, note_id: str) -> None:
        """Delete a note that led to nothing."""
        ...

    async def forget_sample(self, sample_id: str) -> int:
        """Delete the notes about a sample; return how many."""
        ...

    async def forget_class(self, class_id: str) -> int:
        """Delete the notes that may be about a class; return how many."""
        ...

    async def forget_names(self, name_hashes: Iterable[str]) -> int:
        """Delete the notes in which one of the names stands; return how many."""
        ...
