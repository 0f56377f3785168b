"""Samples and their review."""

from functools import partial
from typing import Final

from framewell_gateway.entrypoints.http import routing
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
)  # fmt: skip
