"""What an operator asks any process and tells it: `framewell.mesh.v1.OperationsService`, on every gRPC port.

`standing` knows the parts of the process, `servicer` translates; `watching` and `forgetting` look after it.
"""

from framewell_kit.operations.forgetting import Forgetting
from framewell_kit.operations.servicer import operations
from framewell_kit.operations.standing import Standing
from framewell_kit.operations.watching import Watch
from framewell_kit.operations.work import KeptWork

__all__ = ["Forgetting", "KeptWork", "Standing", "Watch", "operations"]
