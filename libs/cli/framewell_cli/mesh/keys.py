"""The keys of a mesh, looked at before anything starts."""

from __future__ import annotations

from collections.abc import Callable

from framewell_cli.mesh.audit_key import audit_key, audit_key_problem
from framewell_cli.mesh.caller_key import caller_key_problem, make_caller_key
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.name_key import name_key, name_key_problem
from framewell_embedded.errors import CannotStart


def key_problems(folder: MeshFolder) -> list[str]:
    """Return one sentence for each key that the mesh cannot start with."""
    found = name_key_problem(folder), audit_key_problem(folder), caller_key_problem(folder)
    return [problem for problem in found if problem]


def prepare_keys(folder: MeshFolder, report: Callable[[str], None]) -> None:
    """Make the keys that are missing. Raise CannotStart where one is wrong, before any is made."""
    if problems := key_problems(folder):
        raise CannotStart(" ".join(problems))
    name_key(folder)
    audit_key(folder, report)
    make_caller_key(folder)
