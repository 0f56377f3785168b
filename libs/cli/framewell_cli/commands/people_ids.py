"""Ids of clusters as arguments, and the names of the classes that they are known or named as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from framewell_cli.commands.gateway_access import is_uuid
from framewell_cli.errors import UsageProblem
from framewell_client import Gateway


def _cluster_id(text: str) -> str:
    """Return the id as it was written. Raises UsageProblem for anything else."""
    if not is_uuid(text):
        raise UsageProblem(f"{text[:80]!r} is no id of a cluster, a UUID: 'framewell people list' lists them")
    return text


Cluster = Annotated[str, typer.Argument(metavar="CLUSTER", help="Id of the cluster.", callback=_cluster_id)]


def class_names(gateway: Gateway, class_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of classes by their ids; the id itself for one without a name."""
    wanted = {one for one in class_ids if one}
    known = {one["class_id"]: one["name"] for one in gateway.classes()} if wanted else {}
    return {one: known.get(one) or one for one in wanted}
