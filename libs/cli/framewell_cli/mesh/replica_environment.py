"""What a further process of a service must be given to join a mesh: `framewell settings SERVICE --env`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.caller_key import caller_variables
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.name_key import NAME_KEY_VARIABLE
from framewell_cli.mesh.replicas import new_replica
from framewell_cli.mesh.scale import SCALABLE

_HIDDEN: Final = "(set, not shown)"
"""What the listing of settings says in place of a secret, `framewell_kit.settings_listing`."""
_FROM_ENDPOINTS: Final = {
    "FRAMEWELL_KAFKA": "kafka",
    "FRAMEWELL_MONGO": "mongo",
    "FRAMEWELL_OBJECTS": "objects",
}
_OF_ITS_OWN: Final = (
    "FRAMEWELL_INSTANCE",
    "FRAMEWELL_SCRATCH",
    "FRAMEWELL_HOSTS_FILE",
    "FRAMEWELL_PORT_BASE",
)


def replica_environment(
    folder: MeshFolder, service: str, settings: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, str], Sequence[str]]:
    """Return the variables of a further replica, and the names of those that are set here and are secret.

    They are broker, database and objects of this folder's mesh, ports that are free here, and what else is
    set in this environment. Raise UsageProblem for a service of which there is only one, and MeshUnreachable
    where neither a mesh nor the environment says where broker, database and objects are.
    """
    if service not in SCALABLE:
        raise UsageProblem(f"--env is for one service that may have replicas: {', '.join(SCALABLE)}.")
    chosen = {one["variable"]: str(one["set_to"]) for one in settings if one["set_to"] is not None}
    if not chosen.keys() >= _FROM_ENDPOINTS.keys():
        known = read_endpoints(folder)
        chosen = {**{name: known[key] for name, key in _FROM_ENDPOINTS.items() if key in known}, **chosen}
    secret = [name for name, value in chosen.items() if value == _HIDDEN]
    if NAME_KEY_VARIABLE not in secret:  # every service needs it; `up` passes it without its being set
        secret.append(NAME_KEY_VARIABLE)
    chosen = {**caller_variables(folder), **chosen}  # without them it would believe everybody on its machine
    kept = {name: value for name, value in chosen.items() if name not in (*secret, *_OF_ITS_OWN)}
    base = new_replica(folder, service, 1, []).ports.base
    return {**kept, "FRAMEWELL_PORT_BASE": str(base)}, secret


def shell_lines(environment: Mapping[str, str], secret: Iterable[str]) -> list[str]:
    """Return them as lines that a shell reads: `set -a; . ./replica.env`."""
    lines = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
    return lines + [f"# {name} is set and secret: copy it yourself" for name in secret]
