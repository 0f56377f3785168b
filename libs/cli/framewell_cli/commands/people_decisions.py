"""What `framewell people` changes: who is the same, who is not, who they are, and none of it any more."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from framewell_cli.commands.gateway_access import ActingAs, is_uuid, open_gateway
from framewell_cli.commands.people_ids import Cluster, class_names
from framewell_cli.console import Json, print_json, print_table, results
from framewell_cli.errors import UsageProblem
from framewell_client import Gateway


def _decision_id(text: str) -> str:
    """Return the id as it was written. Raises UsageProblem for anything else."""
    if not is_uuid(text):
        raise UsageProblem(
            f"{text[:80]!r} is no id of a decision, a UUID: 'framewell people show CLUSTER' lists them"
        )
    return text


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
        named = class_names(gateway, [answer["class_id"]])[answer["class_id"]]
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
