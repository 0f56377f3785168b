"""Unknown people: clusters of faces, what people decide about them, and their names."""

from functools import partial
from typing import Final

from framewell.gateway.v1.naming_pb2 import (
    NamePersonRequest,
    NamePersonResponse,
    PreviewNameResponse,
    UndoDecisionRequest,
    UndoDecisionResponse,
)
from framewell.inference.v1.cluster_service_pb2 import (
    GetClusterRequest,
    GetClusterResponse,
    MergeClustersRequest,
    MergeClustersResponse,
)
from framewell_gateway.commands.merge_clusters import MergeClusters
from framewell_gateway.commands.name_person import NamePerson
from framewell_gateway.commands.undo_decision import UndoDecision
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.ports import methods
from framewell_gateway.queries.list_appearances import ShowCluster
from framewell_gateway.queries.preview_name import PreviewName
from framewell_gateway.steps.described_appearances import AppearanceDetails

calls, asks = (partial(made, tag="unknown people") for made in (routing.calls, routing.asks))

_ASSET: Final = "1c5b2c1e-0000-4000-8000-00000000000a"
_CLUSTER: Final = "6f1b7a52-0000-5000-8000-00000000000c"
_OTHER: Final = "6f1b7a52-0000-5000-8000-00000000000d"
_DECISION: Final = "77aa0c1e-0000-4000-8000-00000000000e"
APPEARANCE: Final = {
    "asset_id": _ASSET,
    "chunk_id": f"{_ASSET}/0/0",
    "track": 0,
    "appearance": {
        "span": {"start_pts": 0, "end_pts": 180000, "first_frame": 0, "frames": 50},
        "moment": {"pts": 3600, "frame": 1},
        "box": {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.3},
        "observation_id": "faces/0/0/3",
        "nearest_class_id": "",
        "sentence": "",
        "chunk_id": f"{_ASSET}/0/0",
        "track": 0,
    },
    "series": "Abendschau",
    "channel": "",
    "asked_at": "2026-11-22T18:00:00Z",
    "class_id": "",
    "side_pixels": 212.0,
    "picture": f"/v1/assets/{_ASSET}/frame?frame=1",
    "face": f"/v1/assets/{_ASSET}/frame?frame=1&crop=0.03,0,0.34,0.505&width=240",
    "title": "Abendschau vom 22. November",
    "seconds": 2.0,
    "start_seconds": 0.0,
}
"""Where a person is seen, as examples show it."""
_FOUND: Final = {
    "cluster_id": _CLUSTER,
    "appearance_count": 12,
    "first_seen": "2026-11-22T18:00:00Z",
    "last_seen": "2026-11-29T18:00:00Z",
    "series": ["Abendschau"],
    "channels": [],
    "class_id": "",
    "named_class_id": "",
    "merged_ids": [],
    "cover": APPEARANCE,
}
_DECIDED: Final = {
    "decision_id": _DECISION,
    "decision": "merged",
    "cluster_id": _CLUSTER,
    "other_cluster_id": _OTHER,
    "class_id": "",
    "actor": {"principal": "anna", "authority": "staff", "decided_at": "2026-11-29T19:00:00Z"},
}

ROUTES: Final = (
    calls(
        "GET /clusters", "listClusters", methods.LIST_CLUSTERS,
        "Unknown people, the most often seen first",
        uncounted="whom a model knows is left out as pages are read; `getCounts` says how many are unknown.",
        answer={"clusters": [_FOUND], "next_page_token": ""},
    ),
    asks(
        "GET /clusters/{cluster_id}", "getCluster",
        lambda app: ShowCluster(app.services, AppearanceDetails(app.services, app.summaries)),
        "One unknown person with all appearances, and who may be the same",
        takes=GetClusterRequest, gives=GetClusterResponse, problems=(404,),
        answer={
            "cluster": _FOUND, "appearances": [APPEARANCE], "next_page_token": "", "total_size": 1,
            "similar": [{"cluster": {**_FOUND, "cluster_id": _OTHER}, "distance": 0.55}],
            "best": [APPEARANCE],
        },
    ),
    calls(
        "GET /clusters/{cluster_id}/decisions", "listClusterDecisions", methods.LIST_CLUSTER_DECISIONS,
        "What people decided about an unknown person, newest first",
        problems=(404,), answer={"decisions": [_DECIDED], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /clusters/decisions/merge", "mergeClusters",
        lambda app: MergeClusters(app.services),
        "Say that two are the same person",
        takes=MergeClustersRequest, gives=MergeClustersResponse, body="*", problems=(404, 409),
        description="Two that are named as two people are refused: take one of the names back first.",
        example={"cluster_id": _CLUSTER, "into_cluster_id": _OTHER},
        answer={"cluster": {**_FOUND, "cluster_id": _OTHER}, "decision_id": _DECISION},
    ),
    calls(
        "POST /clusters/decisions/split", "splitCluster", methods.SPLIT_CLUSTER,
        "Say that some appearances are somebody else", body="*", problems=(404, 409),
        example={
            "cluster_id": _CLUSTER,
            "appearances": [{"asset_id": _ASSET, "observation_id": "faces/0/0/3"}],
        },
        answer={"cluster": {**_FOUND, "cluster_id": _OTHER}, "rest": _FOUND, "decision_id": _DECISION},
    ),
    calls(
        "POST /clusters/decisions/distinguish", "distinguishClusters", methods.DISTINGUISH_CLUSTERS,
        "Say that two are not the same person", body="*", problems=(404, 409),
        example={"cluster_id": _CLUSTER, "other_cluster_id": _OTHER},
        answer={"decision_id": _DECISION},
    ),
    asks(
        "POST /clusters/decisions/name", "namePerson",
        lambda app: NamePerson(app.services),
        "Say who an unknown person is",
        takes=NamePersonRequest, gives=NamePersonResponse, body="*", problems=(404, 409),
        description="Makes or uses a class of that name, and accepted samples of the best appearances, as "
        "far as their rights allow; training and re-labelling follow. The same call again changes nothing "
        "more; another name is refused until the first is taken back.",
        example={"cluster_id": _CLUSTER, "name": "Jörg Müßigbrodt"},
        answer={
            "cluster_id": _CLUSTER, "class_id": "0b9f6a52", "class_existed": False,
            "decision_id": _DECISION, "accepted_count": 1,
            "appearances": [
                {"appearance": APPEARANCE, "sample_id": "s-17", "state": "accepted", "reason": ""}
            ],
        },
    ),
    asks(
        "POST /clusters/decisions/name/preview", "previewName",
        lambda app: PreviewName(app.services, AppearanceDetails(app.services, app.summaries)),
        "What saying who an unknown person is would touch",
        takes=NamePersonRequest, gives=PreviewNameResponse, body="*", problems=(404,),
        description="Programmes, seconds and samples that get the name; nothing is changed.",
        example={"cluster_id": _CLUSTER, "name": "Jörg Müßigbrodt"},
        answer={
            "cluster_id": _CLUSTER, "class_id": "", "class_name": "Jörg Müßigbrodt", "accepted_count": 0,
            "appearance_count": 12, "asset_count": 1, "seconds": 24.0,
            "programmes": [
                {
                    "asset_id": _ASSET, "title": "Abendschau vom 22. November", "series": "Abendschau",
                    "appearance_count": 12, "seconds": 24.0,
                }
            ],
            "sample_count": 1, "withheld_count": 0, "withheld_reasons": [], "withheld_wordings": [],
            "complete": True,
        },
    ),
    asks(
        "POST /clusters/decisions/undo", "undoClusterDecision",
        lambda app: UndoDecision(app.services),
        "Take a decision back",
        takes=UndoDecisionRequest, gives=UndoDecisionResponse, body="*", problems=(404, 409),
        description="With a name, the samples that were accepted by giving it are taken back, too, unless "
        "`keep_samples` is true or somebody decided about them since.",
        example={"decision_id": _DECISION},
        answer={
            "decision": {
                **_DECIDED,
                "undone_by": {
                    "principal": "anna", "authority": "staff", "decided_at": "2026-11-29T19:05:00Z",
                },
            },
            "samples": [{"sample_id": "s-17", "state": "proposed", "reason": ""}],
        },
    ),
)  # fmt: skip
