"""What may stand in a field beyond its type, as the .proto files say it, for every door of the mesh.

The rules are options of protovalidate (`buf/validate/validate.proto`), so that tools of outsiders enforce
them in any language. Here a part of that vocabulary is interpreted, with sentences that a sender can act on.
protovalidate for Python was considered: its release of 2026 works on another protobuf runtime than gRPC's,
and its sentences name neither units nor what a pattern asks for.
"""

from framewell_contracts.bounds.canonical import lower_uuids
from framewell_contracts.bounds.check import OutOfBounds, check, problems_of
from framewell_contracts.bounds.rules import Bound, MessageRule, bound_of, is_required, message_rules

__all__ = [
    "Bound",
    "MessageRule",
    "OutOfBounds",
    "bound_of",
    "check",
    "is_required",
    "lower_uuids",
    "message_rules",
    "problems_of",
]
