"""`framewell rights`: what may be done with an asset, and changing that."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from framewell_cli.asset_description import statement_rows
from framewell_cli.commands import statements
from framewell_cli.commands.gateway_access import ActingAs, AssetId, open_gateway
from framewell_cli.console import Json, print_json, print_sheet, print_table, results
from framewell_cli.documents import purpose_text, verdict_text
from framewell_cli.errors import UsageProblem
from framewell_client import Gateway

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
        counts = {key: value for key, value in answer.items() if key != "statements"}
        print_sheet([(key.replace("_", " "), _shown(key, value)) for key, value in counts.items()])
        _print_applied(answer)
    else:
        results.print(f"rights of {target} are being changed (event {answer['event_id']})", markup=False)
        _print_applied(answer)


@app.command()
def unmatched(as_json: Json = False) -> None:
    """List statements that concern no asset or passage known by now: most are spelt in another way."""
    with open_gateway() as gateway:
        found = gateway.unmatched_rights()
    if as_json:
        print_json({"unmatched": found})
        return
    print_table(
        ("about", "since", "statement"),
        [
            (_target(one["subject"]), one["since"], statement["sentence"])
            for one in found
            for statement in one["statements"]
        ],
    )


@app.command()
def rules(
    file: Annotated[
        Path,
        typer.Option("--dry-run", help="A file of house rules: say what it would change, and do nothing."),
    ],
    as_json: Json = False,
) -> None:
    """Say what other house rules would change. They take effect by a restart of dataset with that file."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"--dry-run {file}: the file cannot be read ({error})") from error
    with open_gateway() as gateway:
        found = gateway.preview_house_rules(text)
        models = _models_of(found["snapshot_ids"], gateway)
    if as_json:
        print_json({**found, "models": models})
        return
    print_table(
        ("rule for", "statement", "assets"),
        [
            (one["condition"], one["statement_id"], str(one["asset_count"] or "matches nothing"))
            for one in found["rules"]
        ],
    )
    results.print()
    rest = {key: value for key, value in found.items() if key != "rules"} | {"models": models}
    print_sheet([(key.replace("_", " "), _shown(key, value)) for key, value in rest.items()])


def _models_of(snapshot_ids: list[str], gateway: Gateway) -> list[str]:
    """Return the models, in service or not, that were trained on one of the snapshots."""
    made = gateway.candidates() if snapshot_ids else []
    found = [one["model"] for one in made if one["completed"]["lineage"]["snapshot_id"] in snapshot_ids]
    return sorted(f"{model['name']}@{model['version']}" for model in found)


def _print_applied(answer: dict[str, Any]) -> None:
    """Print what becomes of each statement; nothing where that is not known yet."""
    for one in answer.get("statements", []):
        results.print(one["sentence"], markup=False)


def _target(subject: dict[str, str]) -> str:
    """Return a subject as it is typed: `holder:<name>`."""
    return next((f"{kind}:{subject[field]}" for kind, field in _SUBJECTS.items() if subject.get(field)), "")


def _shown(key: str, value: Any) -> str:
    """Return a part of the preview in words: numbers, ids, sentences, amounts, models, runs."""
    if not isinstance(value, list):
        return str(value)
    words = {
        "money": lambda one: f"{one['holder']}: {one['before']} → {one['after']} {one['currency']}",
        "models": lambda one: "{name}@{version}".format(**one["model"]),
        "runs": lambda one: one["run_id"],
    }.get(key, str)
    return ", ".join(map(words, value)) or "none"


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
