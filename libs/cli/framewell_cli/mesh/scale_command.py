"""`framewell scale`: more or fewer replicas of a service, while the mesh runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from framewell_cli.console import Json, print_json, print_table, progress
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.rescaling import rescale
from framewell_cli.mesh.scale import SCALABLE, parse
from framewell_cli.mesh.status import look
from framewell_cli.mesh.status_text import print_processes

Changes = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SERVICE=REPLICAS]…", help="E.g. transcode=3; without any, what there is."),
]


def scale(changes: Changes = None, as_json: Json = False) -> None:
    """Give services of the running mesh more or fewer replicas; kept for the next up.

    A replica that is taken away finishes what it began, hands over its partitions and ends: nothing is lost.
    """
    folder, change = MeshFolder.here(), parse(changes or [])
    rescale(folder, change, lambda line: progress.print(line, markup=False))
    running = look(folder).processes
    counted = [one.name.partition("-")[0] for one in running]
    now = {service: counted.count(service) for service in SCALABLE if service in counted}
    processes = [one for one in running if one.name.partition("-")[0] in (change or now)]
    if as_json:
        print_json({"scale": now, "processes": [asdict(one) for one in processes]})
    elif change:
        print_processes(processes)
    else:
        print_table(("service", "replicas"), [(service, str(number)) for service, number in now.items()])
