"""Samples and their review, datasets, classes, snapshots, rights."""

from functools import partial
from typing import Final

from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeRequest, PreviewRightsChangeResponse
from framewell.gateway.v1.events_pb2 import PublishedRightsChange
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_gateway.commands.change_rights import ChangeRights, PreviewRightsChange
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.ports import methods

calls, asks = (partial(made, tag="training data") for made in (routing.calls, routing.asks))

_ASSET: Final = "1c5b2c1e-0000-4000-8000-00000000000a"
_SPAN: Final = {"start_pts": 0, "end_pts": 180000, "first_frame": 0, "frames": 50}
_SAMPLE: Final = {
    "sample_id": "s-17",
    "dataset_id": "people",
    "class_id": "0b9f6a52",
    "state": "proposed",
    "crops": [
        {
            "picture": {
                "key": f"ab/ab{'0' * 62}.jpg",
                "media_type": "image/jpeg",
                "size": 4096,
                "sha256": f"ab{'0' * 62}",
            },
            "moment": {"pts": 3600, "frame": 1},
            "box": {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.3},
        }
    ],
    "evidence": [
        {
            "kind": "lower_third",
            "sentence": "The caption names {class}.",
            "score": 0.9,
            "observation_ids": ["text/0/900000/3"],
            "note_id": "",
        }
    ],
    "question": False,
    "revision": 1,
    "claimed_by": "",
    "collapsed": 0,
    "class_name": "Jörg Müßigbrodt",
    "reason": "",
}
_APPLIED: Final = {
    "statement": {"issuer": "Archiv", "statement_id": "contract-4711", "revision": 2},
    "outcome": "in_force",
    "sentence": "Statement contract-4711: it is in force.",
}
_CHANGE: Final = {
    "subject": {"asset_id": _ASSET},
    "statements": [
        {
            "issuer": "Archiv",
            "statement_id": "contract-4711",
            "revision": 2,
            "holder": "Archiv",
            "purposes": ["own_training"],
            "use": "allowed",
            "legal_basis": "licence",
            "valid_until": "2027-12-31T23:00:00Z",
            "payment": {"model": "per_use", "amount": "0.05", "currency": "EUR"},
        }
    ],
}
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
        "GET /samples", "listSamples", methods.LIST_SAMPLES, "List samples, oldest first",
        answer={"samples": [_SAMPLE], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "POST /samples/review", "reviewSamples", methods.REVIEW_SAMPLES, "Decide about samples",
        body="*",
        example={"reviews": [{"sample_id": "s-17", "decision": "accept", "expected_revision": 1}]},
        answer={"results": [{"sample": {**_SAMPLE, "state": "accepted", "revision": 2}, "error": ""}]},
    ),
    calls(
        "POST /samples/undo", "undoReview", methods.UNDO_REVIEW, "Take decisions back",
        body="*",
        example={"sample_ids": ["s-17"]},
        answer={"results": [{"sample": _SAMPLE, "error": ""}]},
    ),
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
        "GET /classes", "listClasses", methods.LIST_CLASSES, "List classes with their names",
        answer={
            "classes": [
                {
                    "class_id": "0b9f6a52", "dataset_id": "people", "name": "Jörg Müßigbrodt",
                    "aliases": [], "external_ids": {"gnd": "118540238"}, "fictional": False,
                    "merged_into": "",
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
        "POST /rights", "changeRights",
        lambda app: ChangeRights(app.announcer, app.services, app.clock),
        "Change rights of an asset, a source or a holder",
        takes=RightsChanged, gives=PublishedRightsChange,
        body="*", status=202, example=_CHANGE,
        answer={
            "event_id": "0b9f6a52-7c1e", "type": "framewell.rights.changed.v1",
            "statements": [_APPLIED], "asset_count": 1,
        },
    ),
    calls(
        "GET /rights/unmatched", "listUnmatchedRights", methods.LIST_UNMATCHED_RIGHTS,
        "List statements that match nothing, newest first",
        answer={
            "unmatched": [
                {
                    "subject": {"holder": "Agentur Bluu"}, "since": "2026-11-22T18:00:00Z",
                    "statements": [{**_APPLIED, "outcome": "matched_nothing"}],
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "POST /rights/rules/preview", "previewHouseRules", methods.PREVIEW_HOUSE_RULES,
        "What other house rules would do",
        body="*",
        example={"rules": '[{"series": "News", "statement": {"statement_id": "hr-7", "use": "prohibited"}}]'},
        answer={
            "rules": [{"condition": "series 'News'", "statement_id": "hr-7", "asset_count": 0}],
            "asset_count": 0, "samples_withdrawn": 0, "samples_proposed": 0, "snapshot_count": 0,
            "snapshot_ids": [], "asset_ids": [],
        },
    ),
    asks(
        "POST /rights/preview", "previewRightsChange",
        lambda app: PreviewRightsChange(app.services, app.clock),
        "What a change of rights would do",
        takes=PreviewRightsChangeRequest, gives=PreviewRightsChangeResponse,
        body="change", example=_CHANGE,
        answer={
            "samples_withdrawn": 0, "samples_proposed": 12, "snapshot_count": 1, "asset_count": 1,
            "snapshot_ids": ["people-3"], "asset_ids": [_ASSET], "statements": [_APPLIED],
        },
    ),
)  # fmt: skip
