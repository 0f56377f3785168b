"""`framewell doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

import typer

from framewell_cli.console import Json, print_json, print_sheet, results
from framewell_cli.mesh.doctor import installation, machine, running
from framewell_cli.mesh.doctor.check import Check, State
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports

_STYLES: Final[dict[State, str]] = {"ok": "", "note": "yellow", "problem": "bold red"}


def checks(folder: MeshFolder, ports: Ports) -> Iterator[Check]:
    """Yield every check, each made when it is asked for."""
    yield machine.python()
    yield machine.java()
    yield machine.maven()
    yield machine.node()
    yield machine.memory()
    yield machine.disk(folder)
    yield machine.descriptors()
    yield machine.ports(folder, ports)
    yield installation.keys(folder)
    yield installation.jars()
    yield from installation.models()
    yield installation.providers()
    yield from running.models(folder)
    yield installation.training()
    yield installation.sandbox()


def doctor(as_json: Json = False) -> None:
    """Check ports, tools, disk, memory, models and sandbox, and say what to do. Exit code 1 on a problem."""
    found = []
    for check in checks(MeshFolder.here(), Ports.from_environment()):
        found.append(check)
        if not as_json:
            _print(check)
    problems = [check for check in found if check.state == "problem"]
    if as_json:
        print_json({"healthy": not problems, "checks": [asdict(check) for check in found]})
    elif problems:
        results.print(f"Before the mesh can run, put right: {', '.join(check.name for check in problems)}.")
    else:
        results.print("This machine can run the mesh.")
    if problems:
        raise typer.Exit(1)


def _print(check: Check) -> None:
    rows = [(f"{check.state:8} {check.name:22}", check.found)]
    rows += [("", f"→ {check.advice}")] if check.advice else []
    print_sheet(rows, style=_STYLES[check.state])
