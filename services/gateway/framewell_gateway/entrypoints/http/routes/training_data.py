"""Datasets and the snapshots that they publish."""

from functools import partial
from typing import Final

from framewell.gateway.v1.model_view_pb2 import ExportSnapshotRequest, SnapshotExport
from framewell_gateway.commands.export_snapshot import ExportSnapshot
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.ports import methods

calls, asks = (partial(made, tag="training data") for made in (routing.calls, routing.asks))

_SNAPSHOT: Final = {
    "snapshot_id": "people-3",
    "dataset_id": "people",
    "number": 3,
    "splits": [{"split": "train", "sample_count": 40, "class_count": 4}],
    "recipe": "identity",
    "embedding": {"name": "faces/sface", "version": "2021.12"},
}

ROUTES: Final = (
    calls(
        "GET /datasets", "listDatasets", methods.LIST_DATASETS, "List datasets, by id",
        answer={
            "datasets": [
                {
                    "dataset_id": "people", "title": "People on screen", "rules": ["lower_third"],
                    "recipe": "identity", "purpose": "own_training",
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "GET /snapshots", "listSnapshots", methods.LIST_SNAPSHOTS, "List snapshots, newest first",
        answer={
            "snapshots": [{"published": _SNAPSHOT, "published_at": "2026-11-22T18:00:00Z"}],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "POST /datasets/{dataset_id}/snapshots", "publishSnapshot", methods.PUBLISH_SNAPSHOT,
        "Publish a snapshot now",
        status=201, problems=(409,), answer={"snapshot": _SNAPSHOT},
    ),
    asks(
        "POST /snapshots/{snapshot_id}/exports", "exportSnapshot",
        lambda app: ExportSnapshot(app.services),
        "Write a snapshot in a format that others read",
        description="Answers once the file stands; it is recorded who asked, and for which purpose.",
        takes=ExportSnapshotRequest, gives=SnapshotExport,
        body="export", status=201, problems=(409, 410),
        example={"format": "webdataset", "purpose": "sharing"},
        answer={
            "export": {
                "key": f"ab/ab{'0' * 62}.tar", "media_type": "application/x-tar", "size": 4096,
                "sha256": f"ab{'0' * 62}",
            },
            "sample_count": 38, "left_out_count": 2,
            "left_out_reason": "Withheld: Archiv prohibits passing samples on (contract 4711).",
        },
    ),
)  # fmt: skip
