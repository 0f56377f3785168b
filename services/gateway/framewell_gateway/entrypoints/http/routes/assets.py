"""Assets: list, ask for, upload, show, remove, and what was seen in them."""

from functools import partial
from typing import Final

from framewell.gateway.v1 import asset_view_pb2 as views
from framewell.gateway.v1.events_pb2 import ListEventsRequest, ListEventsResponse
from framewell.gateway.v1.explanation_pb2 import AssetExplanation
from framewell.ingest.v1.ingest_service_pb2 import (
    GetAssetRequest,
    SubmitRequest,
    SubmitResponse,
    UploadHeader,
    UploadResponse,
)
from framewell_gateway.commands.submit_asset import SubmitAsset
from framewell_gateway.entrypoints.http import routing, uploads
from framewell_gateway.entrypoints.http.asset_events import list_or_follow
from framewell_gateway.entrypoints.http.event_streams import EVENT_STREAM, LAST_EVENT_ID
from framewell_gateway.entrypoints.http.routes.examples import ASSET, CUT, DECISION, SPAN
from framewell_gateway.ports import methods
from framewell_gateway.queries.explain_asset import ExplainAsset
from framewell_gateway.queries.list_assets import ListAssets
from framewell_gateway.queries.show_asset import ShowAsset

calls, asks, answers = (
    partial(made, tag="assets") for made in (routing.calls, routing.asks, routing.answers)
)

_CHUNKS: Final = {"planned": 2, "transcoded": 2, "analysed": 1, "failed": 0}
_TRACK: Final = {
    "index": 0,
    "kind": "video",
    "codec": "h264",
    "language": "",
    "width": 1920,
    "height": 1080,
    "rotation_degrees": 0,
    "frame_rate": {"numerator": 25, "denominator": 1},
    "sample_rate": 0,
    "channels": 0,
    "duration": "2s",
    "profile": "High",
    "level": "4.1",
    "coded_width": 1920,
    "coded_height": 1080,
    "pixel_format": "yuv420p",
    "bit_depth": 8,
    "colour": {"primaries": "bt709", "transfer": "bt709", "matrix": "bt709", "range": "limited"},
    "field_order": "progressive",
    "channel_layout": "",
    "sample_format": "",
    "bit_rate": 8000000,
    "timecode": "10:00:00:00",
    "is_default": True,
    "roles": [],
    "programme_number": 0,
    "title": "",
    "container_id": 1,
}
_CAPTIONS: Final = {
    "cues": {
        "key": f"ef/ef{'0' * 62}.vtt",
        "media_type": "text/vtt",
        "size": 2048,
        "sha256": f"ef{'0' * 62}",
    },
    "language": "de",
    "kind": "captions",
    "title": "Deutsch",
    "format": "ebu_stl",
    "cue_count": 12,
    "is_default": False,
}
_PROGRAMME: Final = {
    "title": "Evening news",
    "series": "",
    "channel": "One",
    "language": "de",
    "identifiers": {},
    "start_timecode": "",
}
_KNOWN: Final = {
    "title": "Evening news",
    "uri": "https://archive.example/news.mp4",
    "requested_at": "2026-11-22T18:00:00Z",
    "request_labels": {"job": "4711"},
    "source": "framewell/ingest",
    "lane": "archive",
    "ingested_at": "2026-11-22T18:00:01Z",
    "programme": _PROGRAMME,
    "original": {
        "key": f"cd/cd{'0' * 62}.mp4",
        "media_type": "video/mp4",
        "size": 1048576,
        "sha256": f"cd{'0' * 62}",
    },
    "container": "mov",
    "tracks": [_TRACK],
    "duration": "2s",
    "generation": 1,
    "revision": 2,
    "same_content": [],
}


ROUTES: Final = (
    asks(
        "GET /assets", "listAssets",
        lambda app: ListAssets(app.summaries, app.progress),
        "List assets, newest first or in the order asked for",
        takes=views.ListAssetsRequest, gives=views.ListAssetsResponse,
        answer={
            "assets": [
                {
                    "asset_id": ASSET, "kind": "video", "state": "analysing", **_KNOWN, "chunks": _CHUNKS,
                    "poster": f"/v1/assets/{ASSET}/poster?width=320",
                    "changed_at": "2026-11-22T18:01:00Z",
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
    asks(
        "POST /assets", "submitAsset",
        lambda app: SubmitAsset(app.services, app.summaries),
        "Ask for media to be taken in",
        takes=SubmitRequest, gives=SubmitResponse,
        description="Asks for an asset, the same as publishing ingest.requested. "
        "The same request id twice is one asset.",
        body="request", status=202, problems=(409,),
        example={
            "uri": "https://archive.example/news-2024-05-17.mp4",
            "programme": {"title": "Evening news", "channel": "One"},
            "statements": [{"issuer": "house", "use": "allowed", "legal_basis": "own_production"}],
        },
        answer={"asset_id": ASSET, "existed": False},
    ),
    answers(
        "POST /uploads", "uploadFile", UploadHeader, uploads.upload, "Send a file",
        description="The body is the file itself. Then name the answer's `uri` in POST /v1/assets: whoever "
        "sent it may, and nobody else.",
        hidden=("size",), raw_body="application/octet-stream", problems=(413,),
        response=UploadResponse, status=201,
        answer={"uri": "upload:8c1f0c9e", "size": 1048576, "sha256": "0" * 64},
    ),
    asks(
        "GET /assets/{asset_id}", "getAsset",
        lambda app: ShowAsset(app.asset_progress, app.services, app.playlist_url),
        "Everything known about an asset",
        takes=GetAssetRequest, gives=views.AssetView,
        description="A part whose service is away is left out: `unavailable` names it, `missing` says why.",
        omittable=(
            "timeline", "shots", "people", "text", "labels", "speech", "rights", "playlist", "samples",
            "captions",
        ),
        answer={
            "asset_id": ASSET, "kind": "video", "state": "analysed", "unavailable": [],
            "missing": [], "missing_wordings": [],
            **_KNOWN,
            "timeline": {
                "time_base": {"numerator": 1, "denominator": 90000},
                "frame_rate": {"numerator": 25, "denominator": 1},
                "variable_rate": False, "start_pts": 0, "duration_pts": 180000, "frame_count": 50,
                "start_timecode": "10:00:00:00", "drop_frame": False, "has_gaps": False,
            },
            "chunks": _CHUNKS,
            "shots": [{"span": SPAN, "transition": {"kind": "cut", "span": CUT}}],
            "people": [
                {
                    "class_id": "0b9f6a52", "name": "Jörg Müßigbrodt", "score": 0.8125, "spans": [SPAN],
                    "model": {"name": "identity/people", "version": "3.0"},
                    "sentence": "Known: at distance 0.31 the face is near enough to be named.",
                }
            ],
            "text": [{"text": "Jörg Müßigbrodt", "spans": [SPAN]}],
            "labels": [
                {"label": "convertible", "score": 0.75, "spans": [SPAN], "analysers": ["labels"]}
            ],
            "speech": [{"start": "1s", "end": "1.5s", "text": "Good evening."}],
            "rights": [DECISION],
            "playlist": f"http://127.0.0.1:7410/v1/assets/{ASSET}/playlist/master.m3u8",
            "samples": {
                "proposed": 1, "withheld": 0, "accepted": 2, "rejected": 0, "unsure": 0, "withdrawn": 0,
            },
            "captions": [_CAPTIONS],
        },
    ),
    asks(
        "GET /assets/{asset_id}/why", "explainAsset",
        lambda app: ExplainAsset(app.events, app.asset_progress, app.broker, app.operations, app.clock),
        "Where an asset stands, what it waits for and why",
        takes=GetAssetRequest, gives=AssetExplanation,
        answer={
            "asset_id": ASSET, "state": "ingested", "verdict": "stuck",
            "headline": "“Evening news” is ingested. It is stuck.",
            "stage": "planning", "waits_for_wordings": [], "waits_for": ["transcode: to plan its chunks"],
            "reasons": [
                {
                    "kind": "service_away", "weight": "stuck", "service": "transcode",
                    "sentence": "transcode is away: nothing answers at its address.",
                    "advice": "framewell status",
                }
            ],
            "records": [], "backlogs": [], "dead_letters": [], "jobs": [], "services": [],
            "missing": [], "missing_wordings": [],
            "incomplete_wordings": [], "incomplete": ["what transcode holds of it is not known"],
        },
    ),
    calls(
        "POST /assets/{asset_id}/cancel", "cancelIngest", methods.CANCEL_INGEST,
        "Stop the fetch of an asset", status=202,
        answer={
            "asset": {
                "asset_id": ASSET, "state": "rejected", "uri": "https://archive.example/news.mp4",
                "labels": {}, "revision": 2, "source": "", "generation": 0,
            }
        },
    ),
    calls(
        "DELETE /assets/{asset_id}", "removeAsset", methods.REMOVE_ASSET,
        "Remove an asset and everything made from it", status=202, problems=(409,), answer={},
    ),
    calls(
        "POST /assets/{asset_id}/reprocess", "reprocessAsset", methods.REPROCESS,
        "Make everything of an asset anew", status=202, problems=(409,), answer={"generation": 1},
    ),
    answers(
        "GET /assets/{asset_id}/events", "listAssetEvents", ListEventsRequest, list_or_follow,
        "Everything that happened to an asset", problems=(429,),
        description=f"A list; with `Accept: {EVENT_STREAM}` the same events as they happen, resumed after "
        "`Last-Event-ID`.",
        response=ListEventsResponse,
        content={200: {EVENT_STREAM: {"schema": {"type": "string"}, "example": "event: asset.ingested\n\n"}}},
        headers={LAST_EVENT_ID: "The id of the last event of a stream that broke off."},
        answer={
            "events": [
                {
                    "id": "0b9f6a52", "type": "framewell.asset.removed.v1", "source": "framewell/ingest",
                    "time": "2026-11-22T18:00:00Z", "subject": ASSET,
                    "data": {"asset_id": ASSET, "reason": "Delivered by mistake."},
                }
            ],
            "next_page_token": "", "total_size": 1,
        },
    ),
)  # fmt: skip
