"""`framewell dataset`: datasets, classes, snapshots."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.console import Json, print_json, print_table, results

app = typer.Typer(no_args_is_help=True, help="Datasets: their classes, their snapshots.")

DatasetOption = Annotated[str, typer.Option("--dataset", help="Only this dataset.")]


@app.command("list")
def list_datasets(as_json: Json = False) -> None:
    """List datasets."""
    with open_gateway() as gateway:
        found = gateway.datasets()
    if as_json:
        print_json({"datasets": found})
        return
    print_table(
        ("dataset", "title", "rules", "recipe", "purpose"),
        [
            (one["dataset_id"], one["title"], " ".join(one["rules"]), one["recipe"], one.get("purpose", ""))
            for one in found
        ],
    )


@app.command()
def classes(dataset_id: DatasetOption = "", as_json: Json = False) -> None:
    """List classes with their names."""
    with open_gateway() as gateway:
        found = gateway.classes(dataset_id)
    if as_json:
        print_json({"classes": found})
        return
    print_table(
        ("class", "dataset", "name", "aliases", "is"),
        [
            (
                one["class_id"],
                one["dataset_id"],
                one["name"],
                ", ".join(one["aliases"]),
                "fictional" if one["fictional"] else "",
            )
            for one in found
        ],
    )


@app.command()
def snapshots(dataset_id: DatasetOption = "", as_json: Json = False) -> None:
    """List snapshots, newest first."""
    with open_gateway() as gateway:
        found = gateway.snapshots(dataset_id)
    if as_json:
        print_json({"snapshots": found})
        return
    print_table(("snapshot", "dataset", "no.", "samples", "published", "state"), [_row(one) for one in found])


@app.command()
def publish(
    dataset_id: Annotated[str, typer.Argument(metavar="DATASET", help="Id of the dataset.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Publish a snapshot of everything accepted, now."""
    with open_gateway(acting_as) as gateway:
        snapshot = gateway.publish_snapshot(dataset_id)
    if as_json:
        print_json(snapshot)
    else:
        results.print(
            f"snapshot {snapshot['number']} of {dataset_id}: {snapshot['snapshot_id']}", markup=False
        )


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    snapshot = one["published"]
    samples = sum(split["sample_count"] for split in snapshot["splits"])
    withdrawn = f"withdrawn: {one['withdrawn']['reason']}" if "withdrawn" in one else ""
    published = one.get("published_at", "-")[:19]
    return (
        snapshot["snapshot_id"],
        snapshot["dataset_id"],
        str(snapshot["number"]),
        str(samples),
        published,
        withdrawn,
    )
