"""`framewell events schema`: the JSON Schemas of events, without a broker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from framewell_cli.console import Json, print_json, results
from framewell_cli.errors import CommandError, UsageProblem
from framewell_contracts.event_schemas import event_schema
from framewell_contracts.fact_types import FACTS, FactType

Folder = Annotated[
    Path | None, typer.Option("--all", metavar="FOLDER", help="Write those of all types into this folder.")
]


def schema(
    type_: Annotated[
        str | None,
        typer.Argument(metavar="TYPE", help="A type, e.g. asset.analysed or as an event spells it."),
    ] = None,
    *,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Print the JSON Schema (draft 2020-12) of an event's data: what its `dataschema` names.

    With --json the files are listed that --all wrote; a schema is JSON in any case.
    """
    if (type_ is None) == (folder is None):
        raise UsageProblem("Name one event type, or a folder with --all.")
    if type_ is not None:
        print_json(event_schema(_named(type_)))
        return
    assert folder is not None
    written = [str(_write(fact, folder)) for fact in FACTS.values()]
    if as_json:
        print_json({"schemas": written})
    else:
        results.print(f"{len(written)} schemas are in {folder}", markup=False)


def _named(type_: str) -> FactType:
    """Return the fact type of this name, in full or without `framewell.` and version."""
    for fact in FACTS.values():
        if type_ in (fact.type, fact.type.removeprefix("framewell.").rsplit(".", 1)[0]):
            return fact
    known = ", ".join(sorted(fact.type.split(".", 1)[1].rsplit(".", 1)[0] for fact in FACTS.values()))
    raise UsageProblem(f"There is no event type {type_!r}. Types: {known}.")


def _write(fact: FactType, folder: Path) -> Path:
    path = folder / f"{fact.type}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(event_schema(fact), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None
    return path
