"""The roles in which somebody calls, and how they are written in settings."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """In which capacity somebody calls; the word stands as `authority` of an `Actor`."""

    VIEWER = "viewer"
    """Looks, searches, listens; decides nothing."""
    CURATOR = "curator"
    """Brings media in, says who is who, reviews samples, publishes snapshots."""
    RIGHTS = "rights"
    """Says what may be done with media, has people and media forgotten, reads ledger and audit log."""
    ADMIN = "admin"
    """Runs the mesh: models, training, operations, users. May everything."""
    LOCAL = "local"
    """Everybody on the machine of a mesh without users and tokens. May everything."""
    SERVICE = "service"
    """The services of the mesh, where they act for nobody."""


PEOPLE: Final = (Role.VIEWER, Role.CURATOR, Role.RIGHTS, Role.ADMIN)
"""The roles that people have, and their tokens."""

_INCLUDED: Final[Mapping[Role, frozenset[Role]]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.CURATOR: frozenset({Role.VIEWER, Role.CURATOR}),
    Role.RIGHTS: frozenset({Role.VIEWER, Role.RIGHTS}),
    Role.ADMIN: frozenset(PEOPLE),
    Role.LOCAL: frozenset(PEOPLE),
    Role.SERVICE: frozenset(),
}

_EARLIER: Final[Mapping[str, Role]] = {"staff": Role.CURATOR}
"""Words of earlier versions that are taken still."""

_MOVED: Final[Mapping[str, str]] = {"system": "service", "editor": "curator", "operator": "admin"}
"""Words of earlier versions that are refused, and what to write instead."""


class AuthenticationKind(StrEnum):
    """How a caller was known."""

    SESSION = "session"
    OIDC = "oidc"
    API_TOKEN = "api_token"  # noqa: S105 - a word, no token
    TOKEN = "token"  # noqa: S105
    """One of FRAMEWELL_TOKENS."""
    LOCAL = "local"
    SERVICE = "service"


class UnknownRole(ValueError):
    """A word that is no role that may be given."""


def includes(role: Role, least: Role) -> bool:
    """Return whether a role may everything that another may: viewer < curator, rights < admin."""
    return least in _INCLUDED[role]


def role_of(written: str) -> Role:
    """Return the role that a token may be given. Raises UnknownRole, with what to write instead."""
    if written in _EARLIER:
        return _EARLIER[written]
    if written in (*PEOPLE, Role.SERVICE):
        return Role(written)
    now = f"; '{written}' is called '{_MOVED[written]}' now" if written in _MOVED else ""
    raise UnknownRole(
        f"'{written[:40]}' is no role: write viewer, curator, rights or admin, or service for the mesh's "
        f"own services{now}"
    )


def owner_of(written: str) -> tuple[str, Role]:
    """Return principal and role of `principal/role`; without a role it is a curator.

    Raises UnknownRole, also for one without a principal.
    """
    principal, _, role = written.partition("/")
    if not principal.strip():
        raise UnknownRole("write whose token it is before the role: 'principal/role'")
    return principal, role_of(role or Role.CURATOR)
