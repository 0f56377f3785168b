"""A person makes a dataset."""

from dataclasses import dataclass

from framewell_dataset.domain.classes import DATASET_ID, Dataset
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.rules import lower_third_face
from framewell_kit.outcomes import Conflict, Rejected

RULES = (lower_third_face.NAME,)
RECIPES = ("", "identity", "classifier")


@dataclass(frozen=True, slots=True)
class CreateDataset:
    """Makes datasets; the same one twice is one."""

    datasets: DatasetRepository

    async def __call__(self, dataset: Dataset) -> Dataset:
        """Return the dataset. Raises Rejected for a bad id, rule or recipe, Conflict for a taken id."""
        if not DATASET_ID.fullmatch(dataset.dataset_id):
            raise Rejected(
                f"dataset id {dataset.dataset_id!r} is not lower-case letters, digits and dashes (1 to 64)"
            )
        unknown = [rule for rule in dataset.rules if rule not in RULES]
        if unknown:
            raise Rejected(f"rule {unknown[0]!r} is not known; there is {', '.join(RULES)}")
        if dataset.recipe not in RECIPES:
            raise Rejected(f"recipe {dataset.recipe!r} is not known; there is {', '.join(RECIPES[1:])}")
        if not await self.datasets.add(dataset):
            existing = await self.datasets.get(dataset.dataset_id)
            if existing is not None and existing != dataset:
                raise Conflict(f"dataset {dataset.dataset_id!r} exists with other settings")
        return dataset
