"""`framewell review`: decide about proposed samples."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.console import Json, print_json, print_table, progress, results
from framewell_client import Gateway

app = typer.Typer(help="Decide about samples: list them, accept, reject, take back.")

SampleIds = Annotated[list[str], typer.Argument(metavar="SAMPLE…", help="Ids of samples.")]
Note = Annotated[str, typer.Option(help="In your words, for the record.")]
DatasetId = Annotated[str, typer.Option("--dataset", help="Only this dataset.")]


@app.callback(invoke_without_command=True)
def review(
    context: typer.Context, dataset_id: DatasetId = "", acting_as: ActingAs = "", as_json: Json = False
) -> None:
    """Decide one by one at a terminal; otherwise list what waits for a decision."""
    if context.invoked_subcommand is not None:
        return
    with open_gateway(acting_as) as gateway:
        waiting = gateway.samples(dataset_id=dataset_id, states="proposed")
        if as_json or not sys.stdin.isatty():
            _print_samples(waiting, as_json=as_json)
            return
        for number, sample in enumerate(waiting, 1):
            if not _ask(gateway, sample, f"{number} of {len(waiting)}"):
                return
    results.print("nothing waits for a decision" if not waiting else "that was the last one")


@app.command("list")
def list_samples(
    state: Annotated[
        list[str] | None,
        typer.Option(help="proposed, accepted, rejected, unsure, withheld, withdrawn; may repeat."),
    ] = None,
    dataset_id: DatasetId = "",
    asset: Annotated[str, typer.Option(help="Only samples of this asset.")] = "",
    as_json: Json = False,
) -> None:
    """List samples; those that wait for a decision unless --state says otherwise."""
    with open_gateway() as gateway:
        found = gateway.samples(dataset_id=dataset_id, asset_id=asset, states=state or ["proposed"])
    _print_samples(found, as_json=as_json)


@app.command()
def accept(
    sample_ids: SampleIds,
    note: Note = "",
    class_id: Annotated[str, typer.Option("--class", help="The right class, where it is another.")] = "",
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Accept samples: they go into the next snapshot. Exit code 1 if one was not taken."""
    _decide("accept", sample_ids, note, class_id, acting_as, as_json=as_json)


@app.command()
def reject(sample_ids: SampleIds, note: Note = "", acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Reject samples: they never return. Exit code 1 if one was not taken."""
    _decide("reject", sample_ids, note, "", acting_as, as_json=as_json)


@app.command()
def undo(sample_ids: SampleIds, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Take decisions back: the samples are proposed again."""
    with open_gateway(acting_as) as gateway:
        _print_results(sample_ids, gateway.undo_review(sample_ids), as_json=as_json)


def _decide(
    decision: str, sample_ids: list[str], note: str, class_id: str, acting_as: str, *, as_json: bool
) -> None:
    reviews = [
        {"sample_id": sample_id, "decision": decision, "note": note, "class_id": class_id}
        for sample_id in sample_ids
    ]
    with open_gateway(acting_as) as gateway:
        _print_results(sample_ids, gateway.review(reviews), as_json=as_json)


def _print_results(sample_ids: Sequence[str], results_of: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"results": results_of})
    else:
        for sample_id, one in zip(sample_ids, results_of, strict=True):
            became = one["error"] or one["sample"]["state"]
            results.print(f"{sample_id}: {became}", markup=False)
    if any(one["error"] for one in results_of):
        raise typer.Exit(1)


def _print_samples(samples: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"samples": samples})
        return
    print_table(
        ("sample", "state", "who or what", "programme", "why"),
        [
            (
                one["sample_id"],
                one["state"] + ("?" if one["question"] else ""),
                one["class_name"] or one["class_id"] or "nobody knows",
                _programme(one) or one["provenance"]["asset_id"],
                one["reason"] or _evidence(one),
            )
            for one in samples
        ],
        text=("who or what", "programme", "why"),
    )


def _programme(sample: dict[str, Any]) -> str:
    return str(sample["provenance"].get("programme", {}).get("title", ""))


def _evidence(sample: dict[str, Any]) -> str:
    name = sample["class_name"] or "this"
    return "; ".join(one["sentence"].replace("{class}", name) for one in sample["evidence"])


_KEYS = {"a": "accept", "r": "reject", "u": "unsure"}


def _ask(gateway: Gateway, sample: dict[str, Any], place: str) -> bool:
    """Ask about one sample; False when the reviewer wants to stop."""
    progress.print(
        f"\n{place}: {sample['class_name'] or 'nobody knows who'} · {_programme(sample)}", markup=False
    )
    progress.print(f"  {_evidence(sample)}", markup=False)
    rights = sample["provenance"].get("rights", {})
    progress.print(f"  rights: {rights.get('sentence', 'not decided')}", markup=False)
    for crop in sample["crops"][:3]:
        address = gateway.object_url(f"samples/{sample['sample_id']}", crop["picture"]["key"])
        progress.print(f"  picture: {address}", markup=False)
    answer = typer.prompt("  (a)ccept, (r)eject, (u)nsure, (s)kip, (q)uit", default="s", err=True)[:1].lower()
    if answer not in _KEYS:
        return bool(answer != "q")
    decided = {
        "sample_id": sample["sample_id"],
        "decision": _KEYS[answer],
        "expected_revision": sample["revision"],
    }
    (result,) = gateway.review([decided])
    progress.print(f"  {result['error'] or result['sample']['state']}", markup=False)
    return True
