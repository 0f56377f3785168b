"""Erasures: ask for one, and see which services have answered."""

from functools import partial
from typing import Final

from framewell.gateway.v1 import erasures_pb2 as pb
from framewell_gateway.commands.request_erasure import RequestErasure
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.queries.show_erasures import GetErasure, ListErasures

asks = partial(routing.asks, tag="erasures")

_ERASURE: Final = {
    "erasure_id": "art-17-2026-041",
    "kind": "class",
    "subject_id": "0b9f6a52",
    "state": "erasing",
    "requested_at": "2026-11-22T18:00:00Z",
    "actor": {"principal": "anna", "authority": "rights", "decided_at": "2026-11-22T18:00:00Z"},
    "asset_count": 0,
    "class_count": 2,
    "answers": [
        {
            "service": "dataset",
            "completed_at": "2026-11-22T18:00:02Z",
            "counts": [{"kind": "classes", "count": 2}, {"kind": "samples", "count": 7}],
        }
    ],
    "open": ["ingest", "transcode", "inference", "training", "gateway"],
}

ROUTES: Final = (
    asks(
        "POST /erasures", "requestErasure",
        lambda app: RequestErasure(app.announcer, app.erasures, app.clock),
        "Have a person, an asset or a holder of rights forgotten",
        description="Asks all services to forget, the same as publishing erasure.requested. It cannot be "
        "undone.",
        takes=pb.RequestErasureRequest, gives=pb.RequestErasureResponse,
        body="*", status=202, problems=(409,),
        example={
            "subject": {"class_id": "0b9f6a52"}, "reason": "Art. 17 GDPR, letter of 20 November.",
            "erasure_id": "art-17-2026-041",
        },
        answer={"erasure_id": "art-17-2026-041"},
    ),
    asks(
        "GET /erasures", "listErasures", lambda app: ListErasures(app.erasures),
        "List erasures, newest first",
        takes=pb.ListErasuresRequest, gives=pb.ListErasuresResponse,
        answer={"erasures": [_ERASURE], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "GET /erasures/{erasure_id}", "getErasure", lambda app: GetErasure(app.erasures),
        "Which services have forgotten, and how many things",
        takes=pb.GetErasureRequest, gives=pb.Erasure, answer=_ERASURE,
    ),
)  # fmt: skip
