"""Facts about classes, by ids alone: names lie in the class's own document."""

from framewell.classes.v1.classes_pb2 import (
    CLASS_CHANGE_CREATED,
    CLASS_CHANGE_FORGOTTEN,
    CLASS_CHANGE_MERGED,
    CLASS_CHANGE_PARTED,
    CLASS_CHANGE_RENAMED,
    ClassChange,
    ClassesChanged,
)
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.classes import DatasetClass
from framewell_kit.facts import Fact

__all__ = [
    "CLASS_CHANGE_CREATED",
    "CLASS_CHANGE_FORGOTTEN",
    "CLASS_CHANGE_MERGED",
    "CLASS_CHANGE_PARTED",
    "CLASS_CHANGE_RENAMED",
    "class_fact",
]


def class_fact(named: DatasetClass, change: "ClassChange.ValueType", actor: Actor) -> Fact:
    """Return the fact that a class is as it is now; its event id follows from the class and its revision."""
    message = ClassesChanged(
        class_id=named.class_id,
        dataset_id=named.dataset_id,
        change=change,
        merged_into=named.merged_into if change == CLASS_CHANGE_MERGED else "",
        actor=actor,
        revision=named.revision,
    )
    return Fact(message, id=derived_id(named.class_id, "changed", str(named.revision)))
