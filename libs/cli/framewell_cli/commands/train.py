"""`framewell train`: runs, candidates, promotion."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.console import Json, print_json, print_table, results
from framewell_cli.documents import model_text, seconds
from framewell_cli.errors import UsageProblem

app = typer.Typer(no_args_is_help=True, help="Training: start runs, see what they made, decide.")

DatasetOption = Annotated[str, typer.Option("--dataset", help="Only this dataset.")]
VersionArgument = Annotated[str, typer.Argument(metavar="NAME@VERSION", help="E.g. identity/people@3.1.")]
_WHY = "Why, for whoever looks at it later; name nobody on screen, it is kept for ever."
Reason = Annotated[str, typer.Option(help=_WHY)]
OptionalReason = Annotated[str, typer.Option(help=_WHY)]


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
                _standing(one),
                one.get("completed", {}).get("verdict", "-"),
                one.get("promoted_by", {}).get("principal", "-"),
                _measured(one),
            )
            for one in found
        ],
    )


@app.command()
def promote(
    model: VersionArgument, reason: OptionalReason = "", acting_as: ActingAs = "", as_json: Json = False
) -> None:
    """Put a candidate into service."""
    name, version = _named(model)
    with open_gateway(acting_as) as gateway:
        promoted = gateway.promote(name, version, reason=reason)
    _print_decision(promoted, "is in service", as_json=as_json)


@app.command()
def rollback(
    name: Annotated[str, typer.Argument(help="The model, e.g. identity/people.")],
    reason: OptionalReason = "",
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Put the version before back into service."""
    with open_gateway(acting_as) as gateway:
        restored = gateway.rollback(name, reason=reason)
    _print_decision(restored, "is in service", as_json=as_json)


@app.command()
def hold(model: VersionArgument, reason: Reason, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Hold a candidate back: nobody and no rule puts it into service until it is released."""
    name, version = _named(model)
    with open_gateway(acting_as) as gateway:
        held = gateway.hold(name, version, reason=reason)
    _print_decision(held, "is held back", as_json=as_json)


@app.command()
def release(model: VersionArgument, reason: Reason, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Release a candidate that was held back."""
    name, version = _named(model)
    with open_gateway(acting_as) as gateway:
        released = gateway.release(name, version, reason=reason)
    _print_decision(released, "may go into service again", as_json=as_json)


def _named(model: str) -> tuple[str, str]:
    name, at, version = model.rpartition("@")
    if not at or not name or not version:
        raise UsageProblem(f"{model}: write it NAME@VERSION, e.g. identity/people@3.1")
    return name, version


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


def _standing(candidate: dict[str, Any]) -> str:
    """Return whether a candidate is in service, or who holds it back."""
    if (hold := candidate.get("hold")) is not None:
        return f"held by {hold.get('actor', {}).get('principal', '-')}"
    return "yes" if candidate["in_service"] else "no"


def _print_decision(candidate: dict[str, Any], became: str, *, as_json: bool) -> None:
    if as_json:
        print_json(candidate)
    else:
        results.print(f"{model_text(candidate['model'])} {became}", markup=False)


def _measured(candidate: dict[str, Any]) -> str:
    """Return each rate with the interval that its count leaves open, or that it was not measured."""
    measures = candidate.get("completed", {}).get("measures", [])
    return ", ".join(
        f"{one['name']} not measured (n {one['sample_count']})"
        if one["not_measured"]
        else f"{one['name']} {one['value']:.3f} ({one['low']:.2f}–{one['high']:.2f}, n {one['sample_count']})"
        for one in measures
    )
