"""Events of the whole mesh, and how much waits for people."""

from functools import partial
from typing import Final

from framewell.gateway.v1.counts_pb2 import Counts, GetCountsRequest
from framewell.gateway.v1.events_pb2 import ListEventsResponse, ListMeshEventsRequest
from framewell_gateway.entrypoints.http import mesh_events, routing
from framewell_gateway.entrypoints.http.event_streams import EVENT_STREAM, LAST_EVENT_ID
from framewell_gateway.queries.count_waiting import CountWaiting
from framewell_gateway.queries.seen_by_all import SeenByAll

asks, answers = (partial(made, tag="events") for made in (routing.asks, routing.answers))

ROUTES: Final = (
    answers(
        "GET /events", "listEvents", ListMeshEventsRequest, mesh_events.list_or_follow,
        "Everything that happens in the mesh", problems=(410, 429),
        description=f"A list; with `Accept: {EVENT_STREAM}` events as they happen, from now on or after "
        "`Last-Event-ID`. An event `resync` says that some were missed: whatever is shown is read again. "
        "Facts that are about no asset and no sample are told in ids and numbers.",
        response=ListEventsResponse,
        content={200: {EVENT_STREAM: {"schema": {"type": "string"}, "example": "event: asset.ingested\n\n"}}},
        headers={LAST_EVENT_ID: "The id of the last event of a stream that broke off."},
        answer={
            "events": [
                {
                    "id": "0b9f6a52", "type": "framewell.model.promoted.v1", "source": "framewell/training",
                    "time": "2026-11-22T18:00:00Z", "subject": "",
                    "data": {"model": {"name": "identity/people", "version": "3.0"}, "run_id": "r-7"},
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    asks(
        "GET /counts", "getCounts",
        lambda app: SeenByAll(
            CountWaiting(
                app.summaries, app.events, app.services, app.operations, app.dead_letters, app.clock
            ),
            app.shared_looks,
        ),
        "How much waits for people",
        takes=GetCountsRequest, gives=Counts,
        description="One answer for the first page of a console. A number whose service is away is left out: "
        "`unavailable` names it, `missing` says why. All who ask share one look at the mesh; where it takes "
        "longer than a second, what was seen in the five seconds before is answered, and after another four "
        "seconds what was seen last: `as_of` says when.",
        omittable=(
            "assets", "assets_failed", "samples_proposed", "unknown_people", "unknown_people_more",
            "refusals", "candidates_waiting", "candidates_waiting_more", "dead_letters", "open_breakers",
        ),
        answer={
            "assets": [{"state": "analysed", "count": 12}], "assets_failed": 1, "samples_proposed": 4,
            "unknown_people": 3, "unknown_people_more": False, "refusals": 2, "candidates_waiting": 1,
            "candidates_waiting_more": False, "dead_letters": 0, "open_breakers": [],
            "since": "2026-11-22T00:00:00Z", "as_of": "2026-11-22T18:00:00Z", "refreshing": False,
            "unavailable": [], "missing": [], "missing_wordings": [],
        },
    ),
)  # fmt: skip
