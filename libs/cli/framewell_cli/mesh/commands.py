"""`framewell up`, `down` and `status`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from framewell_cli.console import Json, print_json, print_table, progress, results
from framewell_cli.mesh import lifecycle
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.programs import chosen
from framewell_cli.mesh.status import MeshStatus, look


def _report(line: str) -> None:
    progress.print(line, markup=False)


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when it is up; it runs on.")] = False,
    only: Annotated[str | None, typer.Option(help="Start these alone, e.g. kafka,mongo.")] = None,
    as_json: Json = False,
) -> None:
    """Start the mesh of this folder: broker, database and every service, on loopback.

    Without --detach it stays in the foreground; Ctrl-C ends it and everything it started.
    """
    folder, ports, names = MeshFolder.here(), Ports.from_environment(), chosen(only)
    if not detach:
        lifecycle.run_in_foreground(folder, ports, names, _report)
        return
    lifecycle.up_detached(folder, ports, names, _report)
    addresses = read_endpoints(folder)
    if as_json:
        print_json(addresses)
        return
    print_table(("what", "where"), sorted(addresses.items()))


def down(as_json: Json = False) -> None:
    """End every process of this folder's mesh. What it stored stays."""
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
        _print_status(found)
    if not found.ready:
        raise typer.Exit(1)


def _print_status(found: MeshStatus) -> None:
    rows = [
        (
            process.name,
            process.state,
            str(process.pid or "-"),
            " ".join(map(str, process.ports)),
            _duration(process.up_seconds),
            str(process.restarts),
            f"{process.resident_megabytes:.0f} MB" if process.resident_megabytes else "-",
        )
        for process in found.processes
    ]
    print_table(("process", "state", "pid", "ports", "up", "restarts", "memory"), rows)
    for process in found.processes:
        if process.reason and process.state != "ready":
            results.print(f"{process.name}: {process.reason}  (log: {process.log})", markup=False)
    if not found.supervised:
        results.print("Their supervisor is gone: nothing is restarted. 'framewell down' ends them.")


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
