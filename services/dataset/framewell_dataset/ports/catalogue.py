"""Datasets and classes; a class's document is the only place in the mesh that holds a person's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.paging import Page, PageRequest


class DatasetRepository(Protocol):
    """Datasets, and the batches of changes that their snapshots are made of.

    Whatever changes a dataset belongs to its open batch. A snapshot closes the batch it takes.
    """

    async def add(self, dataset: Dataset) -> bool:
        """Keep a new dataset; False when its id is taken."""
        ...

    async def get(self, dataset_id: str) -> Dataset | None: ...

    async def proposed_by(self, rule: str) -> list[Dataset]:
        """Return the datasets that a rule proposes for."""
        ...

    async def page(self, page: PageRequest) -> Page[Dataset]:
        """Return datasets by id."""
        ...

    async def batch(self, dataset_id: str) -> int:
        """Return the number of the open batch. Raises NotFound for an unknown dataset."""
        ...

    async def close_batch(self, dataset_id: str, batch: int) -> bool:
        """Close the batch: changes from now on belong to the next. False when it was closed before."""
        ...

    async def next_number(self, dataset_id: str) -> int:
        """Give out the next snapshot's number, from 1. Raises NotFound for an unknown dataset."""
        ...

    async def numbers(self, dataset_id: str) -> int:
        """Return how many numbers were given out. Raises NotFound for an unknown dataset."""
        ...


class ClassRepository(Protocol):
    """Classes with their names, one erasable document each; a change and the fact about it are one write."""

    async def add(self, added: DatasetClass, fact: Outgoing, cause: Cause) -> bool:
        """Keep a new class; False when its id is taken."""
        ...

    async def get(self, class_id: str) -> DatasetClass | None: ...

    async def each(self, class_ids: Sequence[str]) -> list[DatasetClass]:
        """Return those of the classes that exist."""
        ...

    async def named(self, dataset_id: str, name: str) -> list[DatasetClass]:
        """Return the dataset's classes with this name or alias, whatever its case and punctuation."""
        ...

    async def page(
        self,
        page: PageRequest,
        *,
        dataset_id: str,
        class_ids: Sequence[str],
        name: str,
        standing: bool = False,
        last_changed_first: bool = False,
    ) -> Page[DatasetClass]:
        """Return classes by name (of one dataset, some ids, with a name that holds `name`; empty: all).

        `standing` leaves out those that were merged into another.
        """
        ...

    async def change(self, before: DatasetClass, after: DatasetClass, fact: Outgoing, cause: Cause) -> bool:
        """Put `after` where `before` stands; False when somebody changed it meanwhile."""
        ...

    async def merged_into(self, class_id: str) -> list[DatasetClass]:
        """Return the classes that were merged into this one, directly."""
        ...

    async def forget(self, class_id: str, actor: Actor, cause: Cause) -> bool:
        """Delete the class with its names, and say so in a fact; False when there was none.

        The names go first, together with the fact; the document goes once its facts were sent. Raises Busy
        when they cannot be: then it is to be done again.
        """
        ...


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure concerns: ids of classes and assets, and keyed hashes of names."""

    class_ids: tuple[str, ...]
    asset_ids: tuple[str, ...]
    name_hashes: tuple[str, ...]


class ErasurePlanRepository(Protocol):
    """What each request to forget concerned when it was planned."""

    async def get(self, plan_id: str) -> ErasurePlan | None: ...

    async def keep(self, plan_id: str, plan: ErasurePlan) -> ErasurePlan:
        """Keep a plan and return the one in force: an earlier one, when there was one."""
        ...
