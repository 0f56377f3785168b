"""`framewell settings`: every setting of every service, what it means, and what it is now."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from framewell_cli.console import Json, print_json, print_sheet, results
from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.programs import given_by_up, training_python
from framewell_cli.mesh.replica_environment import replica_environment, shell_lines
from framewell_contracts.services import SERVICES
from framewell_embedded.errors import CannotStart

Service = Annotated[
    str | None, typer.Argument(help="One service, or 'shared'; without it all.", show_default=False)
]


def settings(
    service: Service = None,
    env: Annotated[
        bool, typer.Option("--env", help="Print what a further replica, also elsewhere, must be given.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List every FRAMEWELL_ variable with its meaning, its default and where it is set otherwise."""
    known = ("shared", *SERVICES)
    if service is not None and service not in known:
        raise UsageProblem(f"There is no service {service!r}: choose from {', '.join(known)}.")
    wanted = ["shared", service] if env and service else [service] if service else list(known)
    groups = _described(sys.executable, [name for name in wanted if name != "training"])
    if "training" in wanted:
        groups |= _described(training_python(), ["training"])
    if env:
        _print_environment(service or "", [setting for name in wanted for setting in groups[name]], as_json)
        return
    if as_json:
        print_json({"settings": [{"service": name, **one} for name in wanted for one in groups[name]]})
        return
    given = given_by_up(MeshFolder.here())
    for name in wanted:
        results.print(f"[bold]{name}[/]")
        print_sheet([row for setting in groups[name] for row in setting_rows(setting, given)])


def _print_environment(service: str, listed: list[dict[str, Any]], as_json: bool) -> None:
    environment, secret = replica_environment(MeshFolder.here(), service, listed)
    if as_json:
        print_json({"environment": environment, "secret": secret})
        return
    for line in shell_lines(environment, secret):
        results.print(line, markup=False)


def setting_rows(setting: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the lines of one setting; values are spelled as the variable takes them.

    `given` is what `framewell up` gives services instead of a default, by variable.
    """
    yield f"  {setting['variable']}", setting["description"]
    yield "", f"default: {_spelled(setting['default'])}"
    if instead := given.get(setting["variable"]):
        yield "", f"under 'framewell up': {instead}"
    if setting["set_to"] is not None:
        yield "", f"set to: {setting['set_to']}"


def _spelled(value: Any) -> str:
    if value in (None, "", [], {}):
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def _described(python: str, services: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Asked of a process with the services' own imports: this command knows contracts alone."""
    if not services:
        return {}
    answer = subprocess.run(
        [python, "-m", "framewell_kit.settings_listing", *services],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        last = answer.stderr.strip().splitlines() or ["no reason given"]
        raise CannotStart(f"The settings of {', '.join(services)} cannot be read: {last[-1]}")
    groups: dict[str, list[dict[str, Any]]] = json.loads(answer.stdout)
    return groups
