"""What was measured about a model on photos it had not learned from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over held-out photos and background faces; the rates are derived.

    A photo is held out when neither it nor any photo of its class from the same programme was learned
    from; a face is unknown when its vector was neither learned from nor calibrated on.
    """

    tried: Mapping[str, int]
    """Held-out photos of each evaluated class."""
    found: Mapping[str, int]
    """How many of those were named rightly."""
    misnamed: int
    """Held-out photos that were given somebody else's name."""
    unknown_faces: int
    """How often a face without a class of its own was shown to the model."""
    named_unknown_faces: int
    """How often it was given a name."""
    not_evaluated: tuple[str, ...]
    """Classes seen in one programme only: learned, but not measurable."""

    @property
    def photos(self) -> int:
        return sum(self.tried.values())

    @property
    def misnamed_rate(self) -> float:
        return self.misnamed / self.photos if self.photos else 0.0

    @property
    def false_name_rate(self) -> float:
        return self.named_unknown_faces / self.unknown_faces if self.unknown_faces else 0.0

    def recall_of(self, class_id: str) -> float:
        return self.found.get(class_id, 0) / self.tried[class_id]

    def recall(self, classes: Collection[str]) -> float:
        """Mean recall over `classes`, every class counting the same; 0 for none."""
        measured = [self.recall_of(class_id) for class_id in classes if class_id in self.tried]
        return sum(measured) / len(measured) if measured else 0.0


NOTHING_MEASURED = Figures({}, {}, 0, 0, 0, ())
