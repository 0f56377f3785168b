"""The cause of the facts that a gRPC method makes."""

from framewell_kit.facts import Cause
from framewell_kit.telemetry.context import current_cause


def call_cause() -> Cause:
    """Return the cause that the server bound to the call under way; its id is new for every call.

    Raises RuntimeError outside a call: that is a mistake of the program, not of a caller.
    """
    cause = current_cause()
    if cause is None:
        raise RuntimeError("a method of a gRPC service was called outside the server, which binds a cause")
    return cause
