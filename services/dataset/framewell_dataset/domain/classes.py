"""Datasets and classes. A class's document is the only place in the mesh that holds a person's name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Purpose
from framewell_contracts.identity import derived_id
from framewell_kit.name_hashes import NameHashes

DATASET_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: which rules propose for it, what its snapshots start, what its samples are used for."""

    dataset_id: str
    title: str
    rules: tuple[str, ...] = ()
    recipe: str = ""
    purpose: "Purpose.ValueType" = PURPOSE_OWN_TRAINING


@dataclass(frozen=True, slots=True)
class DatasetClass:
    """A class and its names. `revision` grows with every change.

    `past_names` are keyed hashes of names that it had and has no more: who is forgotten is forgotten by
    these, too.
    """

    class_id: str
    dataset_id: str
    name: str
    aliases: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    fictional: bool = False
    merged_into: str = ""
    past_names: frozenset[str] = frozenset()
    revision: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Return its name and its aliases."""
        return (self.name, *self.aliases)


def class_id(dataset_id: str, name: str, hashes: NameHashes) -> str:
    """Return the id of the class a rule makes for a name: the same at a redelivery, no clue to the name."""
    return derived_id(dataset_id, "class", hashes.of(name))
