"""`framewell train`: runs, candidates, promotion."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.console import Json, print_json, print_table, results
from framewell_cli.documents import model_text, seconds
from framewell_cli.errors import UsageProblem

app = typer.Typer(no_args_is_help=True, help="Training: start runs, see what they made, promote.")

DatasetOption = Annotated[str, typer.Option("--dataset", help="Only this dataset.")]


@app.command()
def start(
    dataset_id: Annotated[str, typer.Argument(metavar="DATASET", help="Id of the dataset.")],
    *,
    snapshot: Annotated[str, typer.Option(help="Id of the snapshot; otherwise the newest.")] = "",
    recipe: Annotated[str, typer.Option(help="identity or classifier.")] = "identity",
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    parameter: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; may repeat.")] = None,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Start a run. The same snapshot, recipe, parameters and seed are the same run."""
    parameters = {}
    for one in parameter or []:
        name, equals, value = one.partition("=")
        if not name or not equals:
            raise UsageProblem(f"--parameter {one}: write it NAME=VALUE")
        parameters[name] = value
    request = {
        "dataset_id": dataset_id,
        "snapshot_id": snapshot,
        "recipe": recipe,
        "seed": seed,
        "parameters": parameters,
    }
    with open_gateway(acting_as) as gateway:
        run = gateway.start_run(request)
    if as_json:
        print_json(run)
    else:
        results.print(f"run {run['run_id']} is {run['state']}", markup=False)


@app.command()
def runs(dataset_id: DatasetOption = "", as_json: Json = False) -> None:
    """List runs, newest first."""
    with open_gateway() as gateway:
        found = gateway.runs(dataset_id)
    if as_json:
        print_json({"runs": found})
        return
    print_table(
        ("run", "dataset", "recipe", "state", "made", "verdict", "seconds", "detail"),
        [_run_row(one) for one in found],
    )


@app.command()
def candidates(
    name: Annotated[str, typer.Option(help="Only this model, e.g. identity/people.")] = "",
    as_json: Json = False,
) -> None:
    """List models that training made: those in service, and those that wait for a person."""
    with open_gateway() as gateway:
        found = gateway.candidates(name)
    if as_json:
        print_json({"candidates": found})
        return
    print_table(
        ("model", "in service", "verdict", "by", "measured"),
        [
            (
                model_text(one.get("model")) or "-",
                "yes" if one["in_service"] else "no",
                one.get("completed", {}).get("verdict", "-"),
                one.get("promoted_by", {}).get("principal", "-"),
                _measured(one),
            )
            for one in found
        ],
    )


@app.command()
def promote(
    model: Annotated[str, typer.Argument(metavar="NAME@VERSION", help="E.g. identity/people@3.1.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Put a candidate into service."""
    name, at, version = model.rpartition("@")
    if not at or not name or not version:
        raise UsageProblem(f"{model}: write it NAME@VERSION, e.g. identity/people@3.1")
    with open_gateway(acting_as) as gateway:
        _print_in_service(gateway.promote(name, version), as_json=as_json)


@app.command()
def rollback(
    name: Annotated[str, typer.Argument(help="The model, e.g. identity/people.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Put the version before back into service."""
    with open_gateway(acting_as) as gateway:
        _print_in_service(gateway.rollback(name), as_json=as_json)


def _run_row(run: dict[str, Any]) -> tuple[str, ...]:
    completed = run.get("completed", {})
    failed = completed.get("outcome", {}).get("failed", {})
    return (
        run["run_id"],
        run["dataset_id"],
        run["recipe"],
        run["state"],
        model_text(completed.get("model")) or "-",
        completed.get("verdict", "-"),
        f"{seconds(completed['duration']):.1f}" if "duration" in completed else "-",
        failed.get("detail") or run["stage"],
    )


def _print_in_service(candidate: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(candidate)
    else:
        results.print(f"{model_text(candidate['model'])} is in service", markup=False)


def _measured(candidate: dict[str, Any]) -> str:
    """Return each rate with the interval that its count leaves open, or that it was not measured."""
    measures = candidate.get("completed", {}).get("measures", [])
    return ", ".join(
        f"{one['name']} not measured (n {one['sample_count']})"
        if one["not_measured"]
        else f"{one['name']} {one['value']:.3f} ({one['low']:.2f}–{one['high']:.2f}, n {one['sample_count']})"
        for one in measures
    )
