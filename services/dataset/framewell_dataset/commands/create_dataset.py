"""A person makes a dataset."""

from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Purpose
from framewell_contracts.json_mapping import enum_word
from framewell_dataset.domain.classes import DATASET_ID, Dataset
from framewell_dataset.domain.rights import PURPOSES
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.rules import lower_third_face
from framewell_kit.outcomes import Conflict, Rejected

RULES = (lower_third_face.NAME,)
RECIPES = {"identity": PURPOSE_OWN_TRAINING, "classifier": PURPOSE_OWN_TRAINING}
"""What each recipe trains for; a dataset without a recipe may be for any purpose."""


@dataclass(frozen=True, slots=True)
class CreateDataset:
    """Makes datasets; the same one twice is one."""

    datasets: DatasetRepository

    async def __call__(self, dataset: Dataset) -> Dataset:
        """Return the dataset. Raises Rejected for what cannot work, Conflict for an id that is taken."""
        if not DATASET_ID.fullmatch(dataset.dataset_id):
            raise Rejected(
                f"dataset id {dataset.dataset_id!r} is not lower-case letters, digits and dashes (1 to 64)"
            )
        unknown = [rule for rule in dataset.rules if rule not in RULES]
        if unknown:
            raise Rejected(f"rule {unknown[0]!r} is not known; there is {', '.join(RULES)}")
        _check_purpose(dataset)
        if not await self.datasets.add(dataset):
            existing = await self.datasets.get(dataset.dataset_id)
            if existing is not None and existing != dataset:
                raise Conflict(f"dataset {dataset.dataset_id} exists with other settings")
        return dataset


def _check_purpose(dataset: Dataset) -> None:
    """Raise Rejected for an unknown recipe or purpose, and for a recipe that trains for another purpose."""
    if dataset.recipe and dataset.recipe not in RECIPES:
        raise Rejected(f"recipe {dataset.recipe!r} is not known; there is {', '.join(RECIPES)}")
    purpose = enum_word(Purpose.DESCRIPTOR, dataset.purpose)
    if dataset.purpose not in PURPOSES:
        known = ", ".join(enum_word(Purpose.DESCRIPTOR, each) for each in PURPOSES)
        raise Rejected(f"purpose {purpose or 'unspecified'} is none; there is {known}")
    trained = RECIPES.get(dataset.recipe, dataset.purpose)
    if trained != dataset.purpose:
        raise Rejected(
            f"recipe {dataset.recipe!r} trains for {enum_word(Purpose.DESCRIPTOR, trained)}, "
            f"and the dataset's purpose is {purpose}: name no recipe, or the purpose of this one"
        )
