"""The processes of a mesh as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from framewell_cli.console import print_table, results
from framewell_cli.mesh.status import ProcessStatus

COLUMNS = ("process", "state", "pid", "address", "cpu", "memory", "up", "restarts")


def print_processes(processes: Sequence[ProcessStatus]) -> None:
    """Print a row for each process, then why those that are not ready are not."""
    print_table(COLUMNS, [_row(process) for process in processes])
    for process in processes:
        if process.reason and process.state != "ready":
            results.print(f"{process.name}: {process.reason} (log: {process.log})", markup=False)


def _row(process: ProcessStatus) -> tuple[str, ...]:
    return (
        process.name,
        process.state,
        str(process.pid or "-"),
        process.address,
        f"{process.cpu_cores:.0%}" if process.cpu_cores is not None else "-",
        f"{process.resident_megabytes:.0f} MB" if process.resident_megabytes else "-",
        _duration(process.up_seconds),
        str(process.restarts),
    )


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
