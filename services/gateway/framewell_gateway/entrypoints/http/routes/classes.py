"""Classes: whom or what samples show, their names, and where they are seen."""

from functools import partial
from typing import Final

from framewell.inference.v1.cluster_service_pb2 import (
    ListClassAppearancesRequest,
    ListClassAppearancesResponse,
)
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.entrypoints.http.routes.clusters import APPEARANCE
from framewell_gateway.ports import methods
from framewell_gateway.queries.list_appearances import ListClassAppearances
from framewell_gateway.steps.described_appearances import AppearanceDetails

calls, asks = (partial(made, tag="training data") for made in (routing.calls, routing.asks))

_CLASS: Final = {
    "class_id": "0b9f6a52",
    "dataset_id": "people",
    "name": "Jörg Müßigbrodt",
    "aliases": [],
    "external_ids": {"gnd": "118540238"},
    "fictional": False,
    "merged_into": "",
    "revision": 1,
    "changed_at": "2026-11-29T19:00:00Z",
    "changed_by": "anna",
}
_COUNTED: Final = {
    **_CLASS,
    "samples": {
        "accepted": 12,
        "proposed": 2,
        "withheld": 0,
        "sample_id": "s-3",
        "path": f"/v1/samples/s-3/objects/ab/ab{'0' * 62}.jpg",
    },
}
_OTHER: Final = {**_CLASS, "class_id": "5c1d2e3f", "name": "J. Müßigbrodt"}

ROUTES: Final = (
    calls(
        "GET /classes", "listClasses", methods.LIST_CLASSES, "List classes with their names",
        answer={"classes": [_CLASS], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "POST /classes", "createClass", methods.CREATE_CLASS, "Make a class in a dataset",
        body="dataset_class", status=201, problems=(404, 409),
        example={"dataset_id": "people", "name": "Jörg Müßigbrodt"},
        answer={"dataset_class": _CLASS},
    ),
    calls(
        "GET /recognition", "listRecognitionChanges", methods.LIST_RECOGNITION_CHANGES,
        "What identity models changed when they went into service, newest first",
        answer={
            "changes": [
                {
                    "model": {"name": "identity/people", "version": "1.1"},
                    "previous": {"name": "identity/people", "version": "1.0"},
                    "changed_at": "2026-11-29T19:06:00Z", "duration": "2.5s", "asset_count": 12,
                    "classes": [{"class_id": "0b9f6a52", "before": 0, "after": 37}],
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    calls(
        "GET /classes/{class_id}", "getClass", methods.GET_CLASS, "One class with its samples counted",
        problems=(404,), answer={"dataset_class": _COUNTED, "merged": []}, revised="dataset_class.revision",
    ),
    calls(
        "POST /classes/{class_id}/rename", "renameClass", methods.RENAME_CLASS,
        "Give a class another name, or further ones",
        body="*", problems=(404, 409),
        example={
            "name": "Jörg Müßigbrodt", "aliases": ["J. Müßigbrodt"], "external_ids": {"gnd": "118540238"},
            "expected_revision": 1,
        },
        answer={"dataset_class": {**_CLASS, "aliases": ["J. Müßigbrodt"], "revision": 2}},
    ),
    calls(
        "POST /classes/merge", "mergeClasses", methods.MERGE_CLASSES, "Make two classes one",
        body="*", problems=(404, 409),
        example={"from_class_id": "5c1d2e3f", "into_class_id": "0b9f6a52"},
        answer={"dataset_class": _CLASS, "samples_moved": 3},
    ),
    calls(
        "POST /classes/{class_id}/undo-merge", "undoMerge", methods.UNDO_MERGE, "Take a merger back",
        problems=(404, 409), answer={"dataset_class": _OTHER, "rest": _CLASS, "samples_moved": 3},
    ),
    asks(
        "GET /classes/{class_id}/appearances", "listClassAppearances",
        lambda app: ListClassAppearances(app.services, AppearanceDetails(app.services, app.summaries)),
        "Where a person is seen in the whole archive, newest programmes first",
        takes=ListClassAppearancesRequest, gives=ListClassAppearancesResponse, problems=(404,),
        answer={
            "appearances": [{**APPEARANCE, "class_id": "0b9f6a52"}], "next_page_token": "",
            "total_size": 1, "asset_count": 1,
        },
    ),
)  # fmt: skip
