"""Training: runs, what they measure and what they would learn; candidates, promotion, holding back."""

from functools import partial
from typing import Final

from framewell.training.v1.training_service_pb2 import (
    GetRunRequest,
    StartTrainingRequest,
    StartTrainingResponse,
)
from framewell_gateway.commands.start_run import StartRun
from framewell_gateway.entrypoints.http import answer_streams, routing
from framewell_gateway.entrypoints.http.event_streams import EVENT_STREAM
from framewell_gateway.entrypoints.http.routes.models import CANDIDATE, RUN
from framewell_gateway.ports import methods

calls, asks, answers = (
    partial(made, tag="training") for made in (routing.calls, routing.asks, routing.answers)
)

_WANTED: Final = {"dataset_id": "people", "recipe": "identity", "parameters": {}, "seed": 7}
_MODEL: Final = {"name": "identity/people", "version": "3.0"}
_HELD: Final = {
    **CANDIDATE,
    "in_service": False,
    "hold": {
        "reason": "Two people look mixed up.",
        "actor": {"principal": "anna", "authority": "admin", "decided_at": "2026-11-22T18:00:00Z"},
    },
}

ROUTES: Final = (
    calls(
        "GET /runs", "listRuns", methods.LIST_RUNS, "List training runs, newest first",
        answer={"runs": [RUN], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /runs", "startRun",
        lambda app: StartRun(app.services, app.clock),
        "Start a training run by hand",
        takes=StartTrainingRequest, gives=StartTrainingResponse,
        body="request", status=202, problems=(409,),
        example=_WANTED,
        answer={"run": RUN},
    ),
    calls(
        "POST /runs/preview", "previewRun", methods.PREVIEW_TRAINING,
        "What a run would learn from, and what speaks against it",
        body="request", problems=(404,), example=_WANTED,
        answer={
            "run_id": "r-1", "snapshot_id": "people-3", "snapshot_number": 3, "sample_count": 40,
            "class_count": 4, "programme_count": 9, "unnamed_count": 120,
            "classes": [{"class_id": "0b9f6a52", "sample_count": 12, "programme_count": 3}],
            "refusals": [], "refusal_wordings": [], "challenge": False,
            "no_challenge_because": "12 photos can be held out by programme, 20 are needed.",
            "estimate": "0.9s", "estimated_from": 7, "runs_before": 0,
            "pay": [{"holder": "Archiv", "currency": "EUR", "amount": "0.60", "sample_count": 12}],
        },
    ),
    calls(
        "GET /runs/{run_id}", "getRun", methods.GET_RUN, "One run with what it measured so far",
        answer={"run": RUN},
    ),
    answers(
        "GET /runs/{run_id}/changes", "watchRun", GetRunRequest, answer_streams.watch_run,
        "One run while it goes on",
        description="Server-sent events `run`, one a change, with the run as data; `end` once it has ended.",
        problems=(429,),
        content={200: {EVENT_STREAM: {"schema": {"type": "string"}, "example": "event: run\n\n"}}},
    ),
    calls(
        "POST /runs/{run_id}/cancel", "cancelRun", methods.CANCEL_RUN, "Stop a run that has not ended",
        answer={"run": {**RUN, "state": "running", "stage": "stops"}},
    ),
    calls(
        "GET /candidates", "listCandidates", methods.LIST_CANDIDATES,
        "Models that wait for a person, and those in service",
        answer={"candidates": [CANDIDATE], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "POST /candidates/promote", "promoteCandidate", methods.PROMOTE, "Put a candidate into service",
        body="*", problems=(404, 409),
        example={"model": _MODEL, "reason": "The editors looked at ten programmes."},
        answer={"candidate": CANDIDATE},
    ),
    calls(
        "POST /candidates/rollback", "rollBackModel", methods.ROLLBACK,
        "Put the version before back into service",
        body="*", problems=(404, 409),
        example={"name": "identity/people", "reason": "It takes two people for one."},
        answer={"candidate": CANDIDATE},
    ),
    calls(
        "POST /candidates/hold", "holdCandidate", methods.HOLD_MODEL,
        "Hold a candidate back until somebody releases it",
        body="*", problems=(404, 409),
        example={"model": _MODEL, "reason": "Two people look mixed up."},
        answer={"candidate": _HELD},
    ),
    calls(
        "POST /candidates/release", "releaseCandidate", methods.RELEASE_MODEL,
        "Release a candidate that was held back",
        body="*", problems=(404, 409),
        example={"model": _MODEL, "reason": "Looked at: they are two."},
        answer={"candidate": {**CANDIDATE, "in_service": False}},
    ),
)  # fmt: skip
