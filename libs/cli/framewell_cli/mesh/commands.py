"""`framewell up`, `down` and `status`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from framewell_cli.console import Json, print_json, print_table, progress, results
from framewell_cli.errors import UsageProblem
from framewell_cli.mesh import lifecycle
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.programs import chosen
from framewell_cli.mesh.scale import parse
from framewell_cli.mesh.status import look
from framewell_cli.mesh.status_text import print_processes


def _report(line: str) -> None:
    progress.print(line, markup=False)


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when it is up; it runs on.")] = False,
    only: Annotated[str | None, typer.Option(help="Start these alone, e.g. kafka,mongo.")] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SERVICE=REPLICAS", help="Replicas of services, e.g. transcode=2,inference=2; kept."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the mesh of this folder: broker, database and every service, on loopback.

    Without --detach it stays in the foreground; Ctrl-C ends it and everything it started.
    """
    folder, ports, names = MeshFolder.here(), Ports.from_environment(), chosen(only)
    change = parse(scale or [])
    if unstarted := [service for service in change if service not in names]:
        raise UsageProblem(f"--scale {unstarted[0]}: --only leaves it out.")
    if not detach:
        lifecycle.run_in_foreground(
            folder,
            ports,
            names,
            _report,
            scale=change,
            on_up=lambda: _print_addresses(folder, as_json=as_json),
        )
        return
    lifecycle.up_detached(folder, ports, names, _report, scale=change)
    _print_addresses(folder, as_json=as_json)


def _print_addresses(folder: MeshFolder, *, as_json: bool) -> None:
    addresses = read_endpoints(folder)
    if as_json:
        print_json(addresses)
    else:
        print_table(("what", "where"), sorted(addresses.items()))


def down(as_json: Json = False) -> None:
    """End every process of this folder's mesh. What it stored stays, and so does its scale."""
    ran = lifecycle.down(MeshFolder.here(), _report)
    if as_json:
        print_json({"was_running": ran})
    else:
        results.print("the mesh is down" if ran else "no mesh was running here")


def status(as_json: Json = False) -> None:
    """Show each process of this folder's mesh. Exit code 1 if one is not ready, 3 if no mesh runs."""
    found = look(MeshFolder.here())
    if as_json:
        print_json(asdict(found))
    else:
        print_processes(found.processes)
        if not found.supervised:
            results.print("Their supervisor is gone: nothing is restarted. 'framewell down' ends them.")
    if not found.ready:
        raise typer.Exit(1)
