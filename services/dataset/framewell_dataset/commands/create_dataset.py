"""A person makes a dataset."""

from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Purpose
from framewell_contracts.json_mapping import enum_word
from framewell_contracts.sentences import say
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
                say(
                    "bad_dataset",
                    "dataset id {dataset_id} is not lower-case letters, digits and dashes (1 to 64)",
                    dataset_id=f"{dataset.dataset_id!r}",
                )
            )
        unknown = [rule for rule in dataset.rules if rule not in RULES]
        if unknown:
            raise Rejected(
                say(
                    "unknown_rule",
                    "rule {rule} is not known; there is {known}",
                    rule=f"{unknown[0]!r}",
                    known=", ".join(RULES),
                )
            )
        _check_purpose(dataset)
        if not await self.datasets.add(dataset):
            existing = await self.datasets.get(dataset.dataset_id)
            if existing is not None and existing != dataset:
                raise Conflict(
                    say(
                        "dataset_exists",
                        "dataset {dataset_id} exists with other settings",
                        dataset_id=dataset.dataset_id,
                    )
                )
        return dataset


def _check_purpose(dataset: Dataset) -> None:
    """Raise Rejected for an unknown recipe or purpose, and for a recipe that trains for another purpose."""
    if dataset.recipe and dataset.recipe not in RECIPES:
        raise Rejected(
            say(
                "unknown_recipe.dataset",
                "recipe {recipe} is not known; there is {known}",
                recipe=f"{dataset.recipe!r}",
                known=", ".join(RECIPES),
            )
        )
    purpose = enum_word(Purpose.DESCRIPTOR, dataset.purpose)
    if dataset.purpose not in PURPOSES:
        known = ", ".join(enum_word(Purpose.DESCRIPTOR, each) for each in PURPOSES)
        raise Rejected(
            say(
                "bad_purpose",
                "purpose {purpose} is none; there is {known}",
                purpose=purpose or "unspecified",
                known=known,
            )
        )
    trained = RECIPES.get(dataset.recipe, dataset.purpose)
    if trained != dataset.purpose:
        raise Rejected(
            say(
                "other_purpose.recipe",
                "recipe {recipe} trains for {trained}, and the dataset's purpose is {purpose}: name no "
                "recipe, or the purpose of this one",
                recipe=f"{dataset.recipe!r}",
                trained=enum_word(Purpose.DESCRIPTOR, trained),
                purpose=purpose,
            )
        )
