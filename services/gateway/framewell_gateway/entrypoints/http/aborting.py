"""The way for an application to cut off a caller that takes nothing any more.

Closing would not do: a connection that is closed waits for what was sent to be taken, for as long as the
other end is there.
"""

from collections.abc import Callable
from typing import Final

from starlette.types import Scope

ABORT: Final = "framewell.abort"
"""In the state of a request: a function that cuts off whoever made it."""


def abort(scope: Scope) -> None:
    """Cut off the caller of a request, where its server knows how."""
    cut_off: Callable[[], None] | None = scope.get("state", {}).get(ABORT)
    if cut_off is not None:
        cut_off()
