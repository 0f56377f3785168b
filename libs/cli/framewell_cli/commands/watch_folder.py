"""`framewell watch-folder`: take in what is put into a folder."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from framewell_cli.commands import statements
from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.commands.ingest import labels_of
from framewell_cli.console import Json, print_json_line, progress, results
from framewell_cli.watch_folder.completeness import Completeness
from framewell_cli.watch_folder.folder import WatchedFolder
from framewell_cli.watch_folder.intake import Intake
from framewell_client import Endpoints, Unreachable

_LOOK_SECONDS: Final = 1.0


def watch_folder(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder, without those below it.")],
    *,
    settle: Annotated[
        float, typer.Option(min=0.0, help="Seconds that a file must not change before it counts as complete.")
    ] = 10.0,
    needs_sidecar: Annotated[
        bool, typer.Option("--needs-sidecar", help="Take no file in before its sidecar is there.")
    ] = False,
    leave: Annotated[
        bool, typer.Option("--leave", help="Leave files where they lie, instead of moving them when done.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="End when nothing is left that goes on by itself.")
    ] = False,
    series: Annotated[str, typer.Option(help="Series of files whose sidecar names none.")] = "",
    channel: Annotated[str, typer.Option(help="Channel of files whose sidecar names none.")] = "",
    language: Annotated[str, typer.Option(help="Language of files whose sidecar names none.")] = "",
    rights: Annotated[
        list[str] | None, typer.Option(help=f"Of files whose sidecar states none: {statements.HELP}")
    ] = None,
    label: Annotated[list[str] | None, typer.Option(help="KEY=VALUE to find them again; may repeat.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Work on them before what can wait.")] = False,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Take in every file that is put into a folder, once it is complete, with its sidecar.

    A file whose sidecar (FILE.json, FILE.xml) cannot be used waits; errors/ says why. What was taken in is
    moved to done/, what was rejected to failed/. With --once: exit code 1 if a file failed or waits.
    """
    named = {"series": series, "channel": channel, "language": language}
    defaults = {
        "programme": {name: value for name, value in named.items() if value},
        "statements": statements.parse(rights or []),
        "labels": labels_of(label or []),
        "lane": "live" if live else "archive",
    }
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # sent when somebody opens a file while its lease is tried
    folder = WatchedFolder.prepare(directory)
    with folder.alone(), open_gateway(acting_as) as gateway:
        intake = Intake(
            folder,
            gateway,
            Completeness(settle),
            defaults,
            _print_line if as_json else _print_sentence,
            [root.resolve() for root in Endpoints.find().ingest_roots],
            needs_sidecar,
            leave,
        )
        _watch(intake, once=once)
    if intake.failures or intake.waiting:
        raise typer.Exit(1)


def _watch(intake: Intake, *, once: bool) -> None:
    """Look again and again, with `once` until nothing goes on by itself; wait for a mesh that is away."""
    away = ""
    while True:
        try:
            goes_on, reason = intake.look(), ""
        except Unreachable as error:
            if once:
                raise
            goes_on, reason = True, str(error)
        if reason and not away:
            progress.print(f"{reason} Files wait for it.", markup=False)
        away = reason
        if once and not goes_on:
            return
        time.sleep(_LOOK_SECONDS)


def _print_line(event: Mapping[str, Any]) -> None:
    print_json_line(event)


def _print_sentence(event: Mapping[str, str]) -> None:
    rest = " ".join(event[name] for name in ("asset_id", "reason") if event.get(name))
    results.print(f"{event['file']}: {event['event']} {rest}".rstrip(), markup=False)
