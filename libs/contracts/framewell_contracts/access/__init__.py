"""Who may call what: the roles of the house, and one table of every gRPC method of the mesh."""

from framewell_contracts.access.roles import (
    PEOPLE,
    AuthenticationKind,
    Role,
    UnknownRole,
    includes,
    owner_of,
    role_of,
)
from framewell_contracts.access.rules import Rule
from framewell_contracts.access.table import METHODS, rule_of

__all__ = [
    "METHODS",
    "PEOPLE",
    "AuthenticationKind",
    "Role",
    "Rule",
    "UnknownRole",
    "includes",
    "owner_of",
    "role_of",
    "rule_of",
]
