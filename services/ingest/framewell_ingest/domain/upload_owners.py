"""Whose an upload is: the person's who began it, by whichever session or token they go on with it."""

from __future__ import annotations

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.access import Role


def may_use(caller: Actor, owner: str) -> bool:
    """Return whether somebody may read an upload, go on with it and ask for it.

    `owner` is the login of whoever began it; a login names one person for ever. On a mesh without users
    everybody may. An upload without an owner is nobody's.
    """
    return caller.authority == Role.LOCAL or (owner != "" and caller.principal == owner)


def may_cancel(caller: Actor, owner: str) -> bool:
    """Return whether somebody may let go of an upload: whoever may use it, and administrators."""
    return caller.authority == Role.ADMIN or may_use(caller, owner)
