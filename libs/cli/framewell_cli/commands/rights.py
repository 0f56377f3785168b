"""`framewell rights`: what may be done with an asset, and changing that."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import typer

from framewell_cli.asset_description import statement_rows
from framewell_cli.commands import statements
from framewell_cli.commands.gateway_access import ActingAs, AssetId, open_gateway
from framewell_cli.console import Json, print_json, print_sheet, print_table, results
from framewell_cli.documents import purpose_text, verdict_text
from framewell_cli.errors import UsageProblem

_SUBJECTS: Final = {"asset": "asset_id", "source": "source", "holder": "holder"}

app = typer.Typer(no_args_is_help=True, help="Rights: what may be done with an asset, and why.")


@app.command()
def show(asset: AssetId, as_json: Json = False) -> None:
    """Show the decision for each purpose, and all that every statement in force says."""
    with open_gateway() as gateway:
        found = gateway.rights(asset)
    if as_json:
        print_json(found)
        return
    print_table(
        ("purpose", "decision", "because"),
        [(purpose_text(one), verdict_text(one), one["sentence"]) for one in found["decisions"]],
    )
    for statement in found["statements"]:
        results.print()
        print_sheet(statement_rows(statement))


@app.command("set")
def set_rights(
    target: Annotated[
        str, typer.Argument(help="asset:<id> (or the id alone), source:<name>, holder:<name>.")
    ],
    *,
    rights: Annotated[list[str], typer.Option(help=statements.HELP)],
    issuer: Annotated[str, typer.Option(help="Who states it.")] = "",
    statement_id: Annotated[
        str, typer.Option("--statement", help="Its id: replaces what it said before.")
    ] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do, and do nothing.")] = False,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """State rights anew. Restricting acts at once; permitting takes an authorised actor."""
    given = statements.parse(rights)
    if (issuer or statement_id) and len(given) != 1:
        raise UsageProblem("--issuer and --statement go with exactly one --rights")
    if not statement_id and any(not one.get("statement_id") for one in given):
        raise UsageProblem("a statement needs an id, so that a later one can replace it: --statement ID")
    change = {
        "subject": _subject(target),
        "statements": [_renewed(one, issuer, statement_id) for one in given],
    }
    with open_gateway(acting_as) as gateway:
        answer = gateway.preview_rights_change(change) if preview else gateway.change_rights(change)
    if as_json:
        print_json(answer)
    elif preview:
        print_sheet([(key.replace("_", " "), _shown(value)) for key, value in answer.items()])
    else:
        results.print(f"rights of {target} are being changed (event {answer['event_id']})", markup=False)


def _shown(value: Any) -> str:
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)


def _subject(target: str) -> dict[str, str]:
    """Return the subject of a change, from `asset:<id>`, an id alone, `source:<name>` or `holder:<name>`."""
    kind, colon, name = target.partition(":")
    if not colon:
        return {"asset_id": target}
    if kind not in _SUBJECTS or not name:
        raise UsageProblem(f"{target}: write asset:<id>, source:<name> or holder:<name>")
    return {_SUBJECTS[kind]: name}


def _renewed(statement: dict[str, Any], issuer: str, statement_id: str) -> dict[str, Any]:
    """Return the statement with the names given, newer than any before it."""
    renewed = {"revision": int(time.time()), **statement}
    renewed |= {"issuer": issuer} if issuer else {}
    renewed |= {"statement_id": statement_id} if statement_id else {}
    return renewed
