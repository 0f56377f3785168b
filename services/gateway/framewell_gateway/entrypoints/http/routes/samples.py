"""Samples and their review."""

from functools import partial
from typing import Final

from framewell_gateway.entrypoints.http import routing
from framewell_gateway.entrypoints.http.routes.examples import DECISION
from framewell_gateway.ports import methods

calls = partial(routing.calls, tag="training data")

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
    "created_at": "2026-11-22T18:00:00Z",
}
_DECIDED: Final = {
    **_SAMPLE,
    "state": "accepted",
    "revision": 2,
    "decided_by": {"principal": "anna", "authority": "curator", "decided_at": "2026-11-29T19:00:00Z"},
}
_CLAIMED: Final = {**_SAMPLE, "claimed_by": "anna", "claimed_until": "2026-11-29T19:02:00Z"}
_CANDIDATE: Final = {
    "class_id": "0b9f6a52",
    "class_name": "Jörg Müßigbrodt",
    "distance": 0.5,
    "sample_id": "s-3",
    "picture": _SAMPLE["crops"][0]["picture"],  # type: ignore[index]
    "path": f"/v1/samples/s-3/objects/ab/ab{'0' * 62}.jpg",
    "accepted_count": 12,
}
_SOURCE: Final = {
    "kind": "lower_third",
    "observation_id": "text/0/900000/3",
    "chunk_id": "1c5b2c1e-0000-4000-8000-00000000000a/0/900000",
    "span": {"start_pts": 3600, "end_pts": 183600, "first_frame": 1, "frames": 50},
    "moment": {"pts": 3600, "frame": 1},
    "box": {"x": 0.1, "y": 0.7, "width": 0.5, "height": 0.1},
    "text": "Jörg Müßigbrodt",
    "below_text": "Reporter",
    "score": 0.5,
    "picture": "/v1/assets/1c5b2c1e-0000-4000-8000-00000000000a/frame?frame=1&crop=0.04,0.688,0.62,0.124",
}

ROUTES: Final = (
    calls(
        "GET /samples", "listSamples", methods.LIST_SAMPLES, "List samples, oldest first",
        answer={"samples": [_SAMPLE], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "GET /samples/counts", "countSamples", methods.COUNT_SAMPLES, "How many samples wait for review",
        answer={
            "proposed": 14, "claimed": 10, "questions": 2, "withheld": 3,
            "datasets": [{"id": "people", "name": "", "count": 14}],
            "classes": [{"id": "0b9f6a52", "name": "Jörg Müßigbrodt", "count": 12}],
            "reviewers": [{"id": "anna", "name": "", "count": 10}],
        },
    ),
    calls(
        "GET /samples/{sample_id}", "getSample", methods.GET_SAMPLE,
        "One sample with everything that a decision about it rests on",
        problems=(404,),
        answer={
            "sample": _SAMPLE, "sources": [_SOURCE], "claimed": _CANDIDATE, "candidates": [_CANDIDATE],
            "rights": DECISION,
            "alike_count": 1, "start_seconds": 12.5,
        },
    ),
    calls(
        "POST /samples", "proposeSample", methods.PROPOSE_SAMPLE, "Propose a region as a sample of a class",
        body="*", status=201, problems=(404, 409),
        example={
            "dataset_id": "people", "class_id": "0b9f6a52",
            "asset_id": "1c5b2c1e-0000-4000-8000-00000000000a",
            "moment": {"pts": 3600, "frame": 1},
            "box": {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.3},
        },
        answer={"sample": _SAMPLE},
    ),
    calls(
        "POST /samples/claim", "claimSamples", methods.CLAIM_SAMPLES, "Take samples for review",
        body="*", example={"dataset_id": "people", "limit": 10, "lease": "120s", "order_by": "oldest"},
        answer={"samples": [_CLAIMED], "refused": []},
    ),
    calls(
        "POST /samples/release", "releaseSamples", methods.RELEASE_SAMPLES, "Give samples back undecided",
        body="*", example={"sample_ids": ["s-17"]}, answer={"released": 1},
    ),
    calls(
        "POST /samples/review", "reviewSamples", methods.REVIEW_SAMPLES, "Decide about samples",
        body="*",
        example={"reviews": [{"sample_id": "s-17", "decision": "accept", "expected_revision": 1}]},
        answer={"results": [{"sample": _DECIDED, "error": ""}]},
    ),
    calls(
        "POST /samples/undo", "undoReview", methods.UNDO_REVIEW, "Take decisions back",
        body="*",
        example={"sample_ids": ["s-17"]},
        answer={"results": [{"sample": _SAMPLE, "error": ""}]},
    ),
)  # fmt: skip
