"""`framewell people`: unknown people, and who they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from framewell_cli.commands.gateway_access import ActingAs, is_uuid, open_gateway
from framewell_cli.commands.people_text import appearance_row, cluster_sheet, decision_row
from framewell_cli.commands.times import rest_time
from framewell_cli.console import Json, print_json, print_sheet, print_table, results
from framewell_cli.errors import UsageProblem
from framewell_client import Gateway

app = typer.Typer(
    no_args_is_help=True,
    help="Unknown people: list them, say who is the same, who is not, and who they are.",
)


def _cluster_id(text: str) -> str:
    """Return the id as it was written. Raises UsageProblem for anything else."""
    if not is_uuid(text):
        raise UsageProblem(f"{text[:80]!r} is no id of a cluster, a UUID: 'framewell people list' lists them")
    return text


def _decision_id(text: str) -> str:
    """Return the id as it was written. Raises UsageProblem for anything else."""
    if not is_uuid(text):
        raise UsageProblem(
            f"{text[:80]!r} is no id of a decision, a UUID: 'framewell people show CLUSTER' lists them"
        )
    return text


Cluster = Annotated[str, typer.Argument(metavar="CLUSTER", help="Id of the cluster.", callback=_cluster_id)]

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
        names = _names(gateway, [one["named_class_id"] or one["class_id"] for one in found])
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
        names = _names(gateway, [one.get(key, "") for one in seen for key in ("class_id", "named_class_id")])
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


@app.command()
def merge(
    cluster_id: Cluster,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Id of the cluster that stays.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Say that two are the same person. The first id goes on to name the one that stays."""
    with open_gateway(acting_as) as gateway:
        answer = gateway.merge_clusters(cluster_id, into)
    if as_json:
        print_json(answer)
        return
    cluster = answer["cluster"]
    results.print(
        f"{cluster['cluster_id']} has {cluster['appearance_count']} appearances now; "
        f"to take it back: framewell people undo {answer['decision_id']}",
        markup=False,
    )


@app.command()
def split(
    cluster_id: Cluster,
    appearances: Annotated[
        list[str],
        typer.Argument(metavar="ASSET:APPEARANCE…", help="As `show` lists them, with a colon between."),
    ],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Say that some appearances are somebody else: they become a cluster of their own."""
    with open_gateway(acting_as) as gateway:
        answer = gateway.split_cluster(cluster_id, [_reference(one) for one in appearances])
    if as_json:
        print_json(answer)
        return
    made, rest = answer["cluster"], answer["rest"]
    results.print(
        f"{made['cluster_id']} has {made['appearance_count']} of them, {rest['cluster_id']} keeps "
        f"{rest['appearance_count']}; to take it back: framewell people undo {answer['decision_id']}",
        markup=False,
    )


@app.command()
def distinguish(
    cluster_id: Cluster,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Id of the other cluster.")],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Say that two are not the same person, however alike they look."""
    with open_gateway(acting_as) as gateway:
        decision_id = gateway.distinguish_clusters(cluster_id, other)
    if as_json:
        print_json({"decision_id": decision_id})
    else:
        results.print(f"noted; to take it back: framewell people undo {decision_id}", markup=False)


@app.command()
def name(
    cluster_id: Cluster,
    who: Annotated[str, typer.Argument(metavar="NAME", help="The name: of a class, or of one to make.")] = "",
    *,
    class_id: Annotated[str, typer.Option("--class", help="Id of a class, instead of a name.")] = "",
    dataset_id: Annotated[str, typer.Option("--dataset", help="Dataset of the class.")] = "people",
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Say who it is: the best appearances are learned from, as far as their rights allow.

    Exit code 1 when none of them may be. The same again changes nothing more.
    """
    if bool(who) == bool(class_id):
        raise UsageProblem("people: say who it is by NAME or by --class, not by both")
    said = {"class_id": class_id} if class_id else {"name": who}
    with open_gateway(acting_as) as gateway:
        answer = gateway.name_person(cluster_id, dataset_id=dataset_id, **said)
        named = _names(gateway, [answer["class_id"]])[answer["class_id"]]
    if as_json:
        print_json(answer)
    else:
        print_table(
            ("asset", "appearance", "sample", "is"),
            [
                (
                    one["appearance"]["asset_id"],
                    one["appearance"]["appearance"]["observation_id"],
                    one["sample_id"] or "-",
                    one["reason"] or one["state"],
                )
                for one in answer["appearances"]
            ],
            text=("is",),
        )
        results.print(
            f"{answer['cluster_id']} is {named}: {_samples(answer['accepted_count'])}; "
            f"to take the name back: framewell people undo {answer['decision_id']}",
            markup=False,
        )
    if not answer["accepted_count"]:
        raise typer.Exit(1)


@app.command()
def undo(
    decision_id: Annotated[
        str, typer.Argument(metavar="DECISION", help="Id of the decision.", callback=_decision_id)
    ],
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Take a decision back; with a name, the samples that were accepted by giving it."""
    with open_gateway(acting_as) as gateway:
        decision = gateway.undo_cluster_decision(decision_id)
        stay = _accepted(gateway, decision) if decision["decision"] == "named" and not as_json else []
    if as_json:
        print_json(decision)
    else:
        results.print(f"{decision['decision']} of {decision['cluster_id']} is taken back", markup=False)
        if stay:
            results.print(
                f"{_samples(len(stay))} of that name stay; to take that back: "
                f"framewell review undo {' '.join(stay)}",
                markup=False,
            )


def _reference(text: str) -> dict[str, str]:
    asset_id, colon, observation_id = text.partition(":")
    if not (asset_id and colon and observation_id):
        raise UsageProblem(f"people: {text[:80]!r} is no ASSET:APPEARANCE, e.g. as 'people show' lists them")
    return {"asset_id": asset_id, "observation_id": observation_id}


def _samples(count: int) -> str:
    return f"{count} accepted sample{'' if count == 1 else 's'}"


def _accepted(gateway: Gateway, naming: dict[str, Any]) -> list[str]:
    """Return the accepted samples of a name that show appearances of the cluster, at most 1,000 of each."""
    samples = gateway.samples(class_id=naming["class_id"], states="accepted") if naming["class_id"] else []
    spans = [
        (one["asset_id"], one["appearance"]["span"])
        for one in (gateway.cluster(naming["cluster_id"], limit=1000)["appearances"] if samples else [])
    ]
    return [
        sample["sample_id"]
        for sample in samples
        if any(
            sample["provenance"]["asset_id"] == asset_id
            and int(sample["provenance"]["span"]["start_pts"]) < int(span["end_pts"])
            and int(span["start_pts"]) < int(sample["provenance"]["span"]["end_pts"])
            for asset_id, span in spans
        )
    ]


def _names(gateway: Gateway, class_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of classes by their ids; the id itself for one without a name."""
    wanted = {one for one in class_ids if one}
    known = {one["class_id"]: one["name"] for one in gateway.classes()} if wanted else {}
    return {one: known.get(one) or one for one in wanted}
