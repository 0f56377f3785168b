"""The topics of the mesh on a broker: `await apply(kafka)` before the services start."""

from framewell_kafka.topic_admin import CannotApply, apply, diff
from framewell_kafka.topic_differences import Difference

__all__ = ["CannotApply", "Difference", "apply", "diff"]
