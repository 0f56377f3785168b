"""What is said of unknown people in text: a sheet of one, rows of appearances and of decisions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def cluster_sheet(
    cluster: dict[str, Any], names: dict[str, str], rejoined: Collection[str]
) -> list[tuple[str, str]]:
    """Return what is said of a cluster, without the ids of splits that were taken back."""
    rows = [
        ("cluster", cluster["cluster_id"]),
        ("appearances", str(cluster["appearance_count"])),
        ("first in", cluster.get("first_seen", "-")[:19]),
        ("last in", cluster.get("last_seen", "-")[:19]),
        ("series", ", ".join(cluster["series"])),
        ("channels", ", ".join(cluster["channels"])),
        ("known as", names.get(cluster["class_id"], "")),
        ("named", names.get(cluster["named_class_id"], "")),
        ("merged into it", ", ".join(one for one in cluster["merged_ids"] if one not in rejoined)),
    ]
    return [(label, value) for label, value in rows if value]


def appearance_row(one: dict[str, Any], names: dict[str, str]) -> tuple[str, ...]:
    """Return what the table of appearances has of one."""
    seen = one["appearance"]
    return (
        one["asset_id"],
        seen["observation_id"],
        str(seen["moment"]["pts"]),
        f"{one['side_pixels']:.0f}",
        one["series"],
        names.get(one["class_id"], ""),
    )


def decision_row(one: dict[str, Any], names: dict[str, str]) -> tuple[str, ...]:
    """Return what the table of decisions has of one."""
    return (
        one["decision_id"],
        one["decision"],
        one["other_cluster_id"] or names.get(one["class_id"], ""),
        one["actor"]["principal"],
        one.get("undone_by", {}).get("principal", ""),
    )
