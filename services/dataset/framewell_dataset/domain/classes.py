"""Datasets and classes. A class's document is the only place in the mesh that holds a person's name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from framewell.mesh.v1.mesh_pb2 import Actor
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
class Lent:
    """What a class got by a merger that it did not have before: taken back with it, and nothing else is."""

    names: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    """Their schemes."""
    past_names: frozenset[str] = frozenset()


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
    changed_at: datetime | None = None
    """When it was made, named or merged last; None where that was not noted yet."""
    changed_by: str = ""
    lent: Lent | None = None
    """What the class that it was merged into got from it; None while it stands."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return its name and its aliases."""
        return (self.name, *self.aliases)

    def changed(self, actor: Actor, at: datetime, **changes: Any) -> "DatasetClass":
        """Return the class after one change by somebody: the next revision."""
        return replace(self, revision=self.revision + 1, changed_at=at, changed_by=actor.principal, **changes)

    def with_names_of(self, gone: "DatasetClass") -> "DatasetClass":
        """Return the class with the names and outside ids of one that is merged into it."""
        names = tuple(dict.fromkeys((*self.aliases, *gone.names)))
        return replace(
            self,
            aliases=tuple(name for name in names if name != self.name),
            external_ids={**gone.external_ids, **self.external_ids},
            past_names=self.past_names | gone.past_names,
        )

    def would_get(self, gone: "DatasetClass") -> Lent:
        """Return what the class would get by a merger that it does not have."""
        return Lent(
            tuple(name for name in gone.names if name not in self.names),
            tuple(scheme for scheme in gone.external_ids if scheme not in self.external_ids),
            gone.past_names - self.past_names,
        )

    def without(self, gone: "DatasetClass") -> "DatasetClass":
        """Return the class without what it got from one whose merger is taken back.

        A name that it goes by now, and an outside id that was changed since, stay.
        """
        lent = gone.lent or Lent()
        ids = {
            scheme: value
            for scheme, value in self.external_ids.items()
            if scheme not in lent.external_ids or gone.external_ids.get(scheme) != value
        }
        return replace(
            self,
            aliases=tuple(name for name in self.aliases if name not in lent.names),
            external_ids=ids,
            past_names=self.past_names - lent.past_names,
        )


def class_id(dataset_id: str, name: str, hashes: NameHashes) -> str:
    """Return the id of the class a rule makes for a name: the same at a redelivery, no clue to the name."""
    return derived_id(dataset_id, "class", hashes.of(name))
