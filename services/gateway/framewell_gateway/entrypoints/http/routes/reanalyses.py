"""Re-analysis: models look again at what is stored of the archive."""

from functools import partial
from typing import Any, Final

from framewell_gateway.entrypoints.http import routing
from framewell_gateway.ports import Method, methods

calls = partial(routing.calls, tag="reanalyses")

_ID: Final = "3c1d2a7b-8a53-4d0e-9f0b-6c1d2a7be417"
_ESTIMATE: Final = {
    "assets": 412,
    "chunks": 98_880,
    "pictures": 1_977_600,
    "duration": "40540.8s",
    "basis": "20.5 ms a picture, as measured since this process began; "
    "1 chunk at once, with nothing else to do",
    "done_assets": 3,
}
_REANALYSIS: Final = {
    "reanalysis_id": _ID,
    "target": {"model": "house/dogs@2.0", "analyser": "", "skipped": False},
    "selection": {
        "asset_ids": [], "series": ["Tiere vor der Kamera"], "channels": [],
        "since": "2019-01-01T00:00:00Z", "all": False,
    },
    "window": {"begin": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"},
    "state": "running",
    "waiting": "",
    "actor": {"principal": "anna", "authority": "admin"},
    "started_at": "2026-11-22T21:00:00Z",
    "estimate": _ESTIMATE,
    "assets": 120,
    "chunks": 28_790,
    "pictures": 575_800,
    "busy": "11805.2s",
    "skipped": [{"reason": "its stored pictures are gone", "count": 10}],
    "failed": [],
    "changes": [{"kind": "label", "label": "dachshund", "before": 0, "after": 1204}],
    "remaining": "28736.1s",
}  # fmt: skip
_BODY: Final = {
    "target": {"model": "house/dogs"},
    "selection": {"series": ["Tiere vor der Kamera"], "since": "2019-01-01T00:00:00Z"},
}


def _changes(verb: str, id: str, method: Method[Any, Any], summary: str, **more: Any) -> routing.Route:  # noqa: A002
    return calls(
        f"POST /reanalyses/{{reanalysis_id}}/{verb}", id, method, summary, problems=(403, 404, 409),
        answer={"reanalysis": {**_REANALYSIS, **more}},
    )  # fmt: skip


ROUTES: Final = (
    calls(
        "POST /reanalyses", "startReanalysis", methods.START_REANALYSIS,
        "Let a model or an analyser look at the archive again", body="*", status=202,
        problems=(403, 404, 409),
        example={**_BODY, "window": _REANALYSIS["window"]},
        answer={"reanalysis": _REANALYSIS, "notes": [], "notes_wordings": []},
    ),
    calls(
        "POST /reanalyses/estimate", "estimateReanalysis", methods.ESTIMATE_REANALYSIS,
        "What that would look at, and how long it would take", body="*", problems=(403, 404),
        example=_BODY, answer={"estimate": _ESTIMATE, "notes": [], "notes_wordings": []},
    ),
    calls(
        "GET /reanalyses", "listReanalyses", methods.LIST_REANALYSES, "List campaigns, newest first",
        answer={"reanalyses": [_REANALYSIS], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "GET /reanalyses/{reanalysis_id}", "getReanalysis", methods.GET_REANALYSIS,
        "How far a campaign has come, and what it changed", answer={"reanalysis": _REANALYSIS},
    ),
    _changes(
        "pause", "pauseReanalysis", methods.PAUSE_REANALYSIS, "Stop a campaign for now",
        state="paused", waiting="it is paused",
    ),
    _changes("resume", "resumeReanalysis", methods.RESUME_REANALYSIS, "Let a paused campaign go on"),
    _changes(
        "cancel", "cancelReanalysis", methods.CANCEL_REANALYSIS,
        "End a campaign; what it has seen stays", state="cancelled",
    ),
)  # fmt: skip
