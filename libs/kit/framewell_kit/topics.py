"""The topics of the mesh on a broker: `await apply(kafka)` before the services start."""

from framewell_contracts.topic_admin import CannotApply, Difference, apply, diff

__all__ = ["CannotApply", "Difference", "apply", "diff"]
