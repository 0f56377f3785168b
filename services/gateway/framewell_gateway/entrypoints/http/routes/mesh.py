"""What operators see of the mesh, and do with it."""

from functools import partial
from typing import Final

from framewell.gateway.v1 import mesh_view_pb2 as views
from framewell_gateway.commands.operate_mesh import (
    ChangeTelemetry,
    DiscardDeadLetters,
    ReplayDeadLetters,
    ResumeStage,
)
from framewell_gateway.domain.principals import acting
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.queries.seen_by_all import SeenByAll
from framewell_gateway.queries.show_mesh import ListTelemetry, ShowMesh

asks = partial(routing.asks, tag="mesh")

_GROUP: Final = "transcode.stitch"
_MOMENT: Final = "2026-11-22T18:00:00Z"
_TYPE: Final = "framewell.chunk.transcoded.v1"
_BREAKER: Final = {"group": _GROUP, "open": True, "half_open": False, "opened_at": _MOMENT}
_TELEMETRY: Final = {
    "processes": [
        {
            "service": "transcode", "address": "127.0.0.1:7421", "away": "",
            "telemetry": {"log_level": "info", "loggers": {}, "trace_sample": 0.1, "exporting": False},
        }
    ]
}  # fmt: skip

ROUTES: Final = (
    asks(
        "GET /mesh", "getMesh",
        lambda app: SeenByAll(
            ShowMesh(app.operations, app.broker, app.dead_letters, app.clock), app.shared_looks
        ),
        "Six services, what they are behind, what was given up and what stopped itself",
        takes=views.GetMeshRequest, gives=views.MeshView,
        description="A service that is away says so in its place. While the broker is away `unavailable` "
        "names `lag` and `dead_letters`, which are empty then and say nothing. All who ask share one look at "
        "the mesh; where it takes longer than a second, what was seen in the five seconds before is "
        "answered, and after another four seconds what was seen last: `as_of` says when.",
        answer={
            "services": [
                {
                    "service": "transcode", "ready": True, "away": "",
                    "replicas": [
                        {
                            "address": "127.0.0.1:7421", "process": "studio-7:4711", "version": "0.1.0",
                            "ready": True, "away": "", "waiting": [], "notes": [], "paused": [],
                        }
                    ],
                    "breakers": [_BREAKER],
                    "lag": [
                        {"group": _GROUP, "topic": _TYPE, "committed": 40, "end": 52, "behind": 12}
                    ],
                    "dead_letters": [
                        {
                            "group": _GROUP, "code": "failed", "type": _TYPE, "count": 3, "first": _MOMENT,
                            "last": _MOMENT,
                        }
                    ],
                }
            ],
            "as_of": _MOMENT, "refreshing": False, "unavailable": [], "missing": [],
            "missing_wordings": [],
        },
    ),
    asks(
        "GET /mesh/dead-letters", "listDeadLetters", lambda app: app.dead_letters.page,
        "What was given up, with the reason and the record", problems=(404,),
        description="The newest first. Those of the last 30 days, unless `since` says otherwise.",
        takes=views.ListDeadLettersRequest, gives=views.ListDeadLettersResponse,
        answer={
            "dead_letters": [
                {
                    "dead_letter_id": f"{_GROUP}/0@7", "group": _GROUP, "state": "waiting", "code": "failed",
                    "reason": "The object store has no room.", "type": _TYPE, "event_id": "0b9f6a52",
                    "asset_id": "1c5b2c1e-0000-4000-8000-00000000000a", "given_up": _MOMENT, "attempts": 5,
                    "origin_topic": _TYPE, "origin_partition": 3, "origin_offset": 41,
                    "replay_reaches": [_GROUP], "headers": {"ce_id": "0b9f6a52"}, "payload_kind": "fact",
                    "payload": "{}", "payload_bytes": 812, "traceback": "", "handled_by": "",
                    "handled_because": "", "times_replayed": 0,
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    asks(
        "POST /mesh/dead-letters/replay", "replayDeadLetters",
        lambda app: ReplayDeadLetters(app.dead_letters, acting.get()),
        "Send dead letters again to the topics they came from", body="*", problems=(404,),
        description="As they were, to every group that reads the topic; an event has its effect once in each."
        " Two who replay at once do not send the same ones.",
        takes=views.ReplayDeadLettersRequest, gives=views.ReplayDeadLettersResponse,
        example={"group": _GROUP, "ids": ["0@7"]},
        answer={
            "matching": 1, "replayed": 1, "overtaken": 0, "left_out": [], "refused": [],
            "topics": {_TYPE: 1},
        },
    ),
    asks(
        "POST /mesh/dead-letters/discard", "discardDeadLetters",
        lambda app: DiscardDeadLetters(app.dead_letters, acting.get()),
        "Say of dead letters that they need no replay", body="*", problems=(404,),
        description="They stay where they are; `framewell dlq discard --undo` takes it back.",
        takes=views.DiscardDeadLettersRequest, gives=views.DiscardDeadLettersResponse,
        example={"group": _GROUP, "ids": ["0@7"], "because": "Sent again by hand."},
        answer={"matching": 1, "discarded": 1},
    ),
    asks(
        "POST /mesh/breakers/resume", "resumeStage", lambda app: ResumeStage(app.operations),
        "Let a stage go on at once that stopped itself", body="*", problems=(404,),
        description="In all replicas of its service: one record is tried; handled, it closes the breaker.",
        takes=views.ResumeStageRequest, gives=views.ResumeStageResponse,
        example={"group": _GROUP},
        answer={"breaker": {**_BREAKER, "open": False, "half_open": True}},
    ),
    asks(
        "GET /mesh/telemetry", "listTelemetry", lambda app: ListTelemetry(app.operations),
        "How much every process logs and traces",
        takes=views.ListTelemetryRequest, gives=views.ListTelemetryResponse, answer=_TELEMETRY,
    ),
    asks(
        "POST /mesh/telemetry", "changeTelemetry", lambda app: ChangeTelemetry(app.operations),
        "Change how much processes log and trace while they run", body="*", problems=(404,),
        description="What is not given stays; a restart goes back to the settings.",
        takes=views.ChangeTelemetryRequest, gives=views.ListTelemetryResponse,
        example={"service": "transcode", "log_level": "debug", "revert_after": "600s"}, answer=_TELEMETRY,
    ),
)  # fmt: skip
