"""The topics of the mesh on a broker: `await apply(kafka)` before the services start."""

from framewell_contracts.topic_admin import CannotApply, apply, diff
from framewell_contracts.topic_differences import Difference

__all__ = ["CannotApply", "Difference", "apply", "diff"]
