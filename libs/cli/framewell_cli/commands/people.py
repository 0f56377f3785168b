"""`framewell people`: unknown people, and who they are."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from framewell_cli.commands.gateway_access import open_gateway
from framewell_cli.commands.people_decisions import distinguish, merge, name, split, undo
from framewell_cli.commands.people_ids import Cluster, class_names
from framewell_cli.commands.people_text import appearance_row, cluster_sheet, decision_row
from framewell_cli.commands.times import rest_time
from framewell_cli.console import Json, print_json, print_sheet, print_table, results
from framewell_cli.errors import UsageProblem

app = typer.Typer(
    no_args_is_help=True,
    help="Unknown people: list them, say who is the same, who is not, and who they are.",
)


ORDERS: Final = {"appearances": "", "last-seen": "last_seen"}


@app.command("list")
def list_people(
    *,
    order: Annotated[
        str, typer.Option(help="appearances (most often seen first) or last-seen.")
    ] = "appearances",
    series: Annotated[list[str] | None, typer.Option(help="Only those seen in it; may repeat.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only those seen on it; may repeat.")] = None,
    since: Annotated[
        str, typer.Option(help="Only those of assets asked for since then: a date, or a time.")
    ] = "",
    until: Annotated[str, typer.Option(help="Only those of assets asked for before that.")] = "",
    least: Annotated[int, typer.Option(min=1, help="Only those with so many appearances.")] = 1,
    known: Annotated[bool, typer.Option("--known", help="Also those that models in force know.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="So many of them.")] = 50,
    as_json: Json = False,
) -> None:
    """List unknown people: faces that look like one person, whom no model in force knows."""
    if order not in ORDERS:
        raise UsageProblem(f"people: {order!r} is no order: {' or '.join(ORDERS)}")
    begin, end = rest_time(since), rest_time(until)
    if begin and end and end <= begin:
        raise UsageProblem(f"people: --until {until} is not after --since {since}")
    with open_gateway() as gateway:
        found = gateway.clusters(
            limit=limit,
            order_by=ORDERS[order],
            series=series or [],
            channels=channel or [],
            asked_from=begin,
            asked_until=end,
            least_appearances=least if least > 1 else 0,
            include_known="true" if known else "",
        )
        names = class_names(gateway, [one["named_class_id"] or one["class_id"] for one in found])
    if as_json:
        print_json({"clusters": found})
        return
    print_table(
        ("cluster", "seen", "last in", "series", "named"),
        [
            (
                one["cluster_id"],
                str(one["appearance_count"]),
                one.get("last_seen", "-")[:19],
                ", ".join(one["series"]),
                names.get(one["named_class_id"] or one["class_id"], ""),
            )
            for one in found
        ],
        text=("series",),
    )


@app.command()
def show(
    cluster_id: Cluster,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many appearances, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """Show one: where somebody appears, who may be the same person, what was decided."""
    with open_gateway() as gateway:
        found = gateway.cluster(cluster_id, limit=limit)
        decisions = gateway.cluster_decisions(cluster_id)
        seen = [found["cluster"], *found["appearances"], *decisions]
        names = class_names(
            gateway, [one.get(key, "") for one in seen for key in ("class_id", "named_class_id")]
        )
    if as_json:
        print_json({**found, "decisions": decisions})
        return
    rejoined = {
        one["other_cluster_id"] for one in decisions if one["decision"] == "split" and one.get("undone_by")
    }
    print_sheet(cluster_sheet(found["cluster"], names, rejoined))
    results.print()
    print_table(
        ("asset", "appearance", "pts", "side", "series", "known as"),
        [appearance_row(one, names) for one in found["appearances"]],
        text=("series",),
    )
    if found["similar"]:
        results.print()
        print_table(
            ("may be the same", "distance", "seen"),
            [
                (
                    one["cluster"]["cluster_id"],
                    f"{one['distance']:.3f}",
                    str(one["cluster"]["appearance_count"]),
                )
                for one in found["similar"]
            ],
        )
    if decisions:
        results.print()
        print_table(
            ("decision", "what", "other", "by", "taken back by"),
            [decision_row(one, names) for one in decisions],
        )


for change in (merge, split, distinguish, name, undo):
    app.command()(change)
