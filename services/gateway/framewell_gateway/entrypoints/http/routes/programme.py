"""One programme: who is seen, what is said when, its very pictures, its clock; and search in all of them."""

from functools import partial
from typing import Final

from framewell.gateway.v1 import programme_pb2 as programme
from framewell.gateway.v1.programme_pb2 import ListAssetObservationsRequest
from framewell.inference.v1.inference_service_pb2 import (
    AnalyseImageRequest,
    AnalyseImageResponse,
    ListObservationsRequest,
    ListObservationsResponse,
)
from framewell.inference.v1.search_service_pb2 import SearchMomentsRequest
from framewell.media.v1.media_service_pb2 import (
    GetFrameRequest,
    GetPlaylistRequest,
    ListFrameRunsRequest,
    ListFrameRunsResponse,
    ListMediaEventsRequest,
    ListMediaEventsResponse,
    ListShotsRequest,
    ListShotsResponse,
)
from framewell_gateway.domain.addresses import PLAYLIST_MEDIA_TYPE
from framewell_gateway.entrypoints.http import frames, pictures, playlists, routing, transcripts
from framewell_gateway.entrypoints.http.routes.examples import ASSET, CUT, DECISION, SPAN, STATEMENT
from framewell_gateway.ports import methods
from framewell_gateway.queries.asset_media import ReadAssetMedia
from framewell_gateway.queries.list_asset_observations import ListAssetObservations
from framewell_gateway.queries.list_asset_people import ListAssetPeople
from framewell_gateway.queries.list_observations import ListObservations
from framewell_gateway.queries.search_archive import SearchArchive

calls, asks, answers = (
    partial(made, tag="programme") for made in (routing.calls, routing.asks, routing.answers)
)

_ONLY_THE_ASSET: Final = frozenset(ListObservationsRequest.DESCRIPTOR.fields_by_name) - {"asset_id"}
_TIMELINE: Final = {
    "time_base": {"numerator": 1, "denominator": 90000},
    "frame_rate": {"numerator": 25, "denominator": 1},
    "variable_rate": False, "start_pts": 0, "duration_pts": 180000, "frame_count": 50,
    "start_timecode": "10:00:00:00", "drop_frame": False, "has_gaps": False,
}  # fmt: skip
_APPEARANCE: Final = {
    "span": SPAN, "moment": {"pts": 45000, "frame": 12},
    "box": {"x": 0.4, "y": 0.2, "width": 0.1, "height": 0.2}, "observation_id": "faces/0/0/1",
    "score": 0.8125, "distance": 0.31, "verdict": "known", "nearest_class_id": "0b9f6a52",
    "sentence": "Known: at distance 0.31 the face is near enough to be named.",
    "chunk_id": f"{ASSET}/0/0", "track": 0,
}  # fmt: skip


ROUTES: Final = (
    asks(
        "GET /assets/{asset_id}/people", "listAssetPeople",
        lambda app: ListAssetPeople(app.services, app.events, app.asset_progress),
        "Who is seen when",
        description="Lists people with every appearance, or those between `start_pts` and `end_pts`. Where a "
        "face is in each picture are observations of the kind `face`, by chunk and track: measured at their "
        "`moment`, held until their span ends.",
        takes=programme.ListAssetPeopleRequest, gives=programme.ListAssetPeopleResponse, problems=(409,),
        answer={
            "people": [
                {
                    "name": "Jörg Müßigbrodt",
                    "person": {
                        "class_id": "0b9f6a52", "score": 0.8125, "appearance_count": 1, "cluster_id": "",
                        "model": {"name": "identity/people", "version": "3.0"},
                        "appearances": [_APPEARANCE],
                    },
                }
            ],
            "next_page_token": "", "total_size": 1, "missing": [], "missing_wordings": [],
        },
    ),
    asks(
        "GET /assets/{asset_id}/frames", "listFrameRuns",
        lambda app: ReadAssetMedia(app.services, app.asset_progress, methods.LIST_FRAME_RUNS),
        "Which picture begins when",
        description="Lists the frame table as runs of evenly spaced pictures: one for a whole programme at a "
        "regular rate, pages of them where it is variable (`from_pts` begins at a moment). By it a player "
        "names pictures.",
        takes=ListFrameRunsRequest, gives=ListFrameRunsResponse, problems=(409, 410),
        uncounted="runs are made of the frame table as pages are read, which may be one of hours.",
        answer={
            "timeline": _TIMELINE,
            "runs": [{"first_frame": 0, "start_pts": 0, "frames": 50, "ticks": 3600, "of": 1, "phase": 0}],
            "end_pts": 180000, "next_page_token": "",
        },
    ),
    asks(
        "GET /assets/{asset_id}/shots", "listShots",
        lambda app: ReadAssetMedia(app.services, app.asset_progress, methods.LIST_SHOTS),
        "The shots in order of time", takes=ListShotsRequest, gives=ListShotsResponse, problems=(409, 410),
        answer={
            "shots": [{"span": SPAN, "transition": {"kind": "cut", "span": CUT}}], "next_page_token": "",
            "total_size": 1,
        },
    ),
    answers(
        "GET /assets/{asset_id}/poster", "getPoster", programme.GetPosterRequest, frames.poster,
        "The picture that stands for a programme", problems=(409, 410),
        description="The middle of the longest shot of its beginning, or the first picture while that is not "
        "known.",
        content={
            200: {"image/jpeg": {"schema": {"type": "string", "format": "binary"}, "example": "JPEG"}},
            304: {},
        },
        headers={"if-none-match": "Not if the picture has this ETag."},
    ),
    asks(
        "GET /search", "searchArchive",
        lambda app: SearchArchive(app.services, app.summaries, app.tombstones),
        "Where something is read, said or seen", takes=SearchMomentsRequest, gives=programme.SearchResponse,
        description="Finds words in what models read on screen, heard said and saw, newest assets first. It "
        "finds nothing of what may not be analysed now.",
        uncounted="what is found is read set by set, as far as the page goes.",
        answer={
            "found": [
                {
                    "moment": {
                        "asset_id": ASSET, "kind": "text", "span": SPAN, "moment": {"pts": 0, "frame": 0},
                        "box": {"x": 0.1, "y": 0.8, "width": 0.5, "height": 0.1}, "text": "Evening news",
                        "score": 0.93, "observation_id": "text/0/0/3",
                        "model": {"name": "text/ppocr", "version": "5.0"},
                    },
                    "title": "Evening news", "start": "0s", "timecode": "10:00:00:00",
                }
            ],
            "next_page_token": "", "missing": [], "missing_wordings": [],
        },
    ),
    asks(
        "GET /assets/{asset_id}/observations", "listObservations",
        lambda app: ListAssetObservations(ListObservations(app.services, app.events, app.asset_progress)),
        "What models saw, read and heard",
        description="Lists what was seen in an asset, or between `start_pts` and `end_pts`. The id of an "
        "observation names its chunk: `faces/0/900000/3` is the fourth of the faces of `<asset>/0/900000`.",
        takes=ListAssetObservationsRequest, gives=ListObservationsResponse, problems=(409,),
        uncounted="they lie packed by chunk, may be millions, and are read as far as the page goes.",
        answer={
            "observations": [
                {
                    "id": "text/0/900000/3", "kind": "text", "span": SPAN, "moment": {"pts": 0, "frame": 0},
                    "box": {"x": 0.1, "y": 0.8, "width": 0.5, "height": 0.1}, "score": 0.93, "label": "",
                    "text": "Evening news", "shot": 0,
                    "text_attributes": {
                        "region": "lower_third", "reads": 3, "agreeing_reads": 3, "height_pixels": 41.5,
                        "below_id": "", "below_text": "",
                    },
                    "model": {"name": "text/ppocr", "version": "5.0"},
                }
            ],
            "next_page_token": "",
        },
    ),
    answers(
        "GET /assets/{asset_id}/transcript.vtt", "getTranscript", ListObservationsRequest,
        transcripts.transcript, "What is said, as captions",
        hidden=_ONLY_THE_ASSET,
        description="A WebVTT file of the analyser `transcript`, a cue a sentence; without cues where nobody "
        "speaks, or where its model is not installed.",
        content={200: {"text/vtt": {"schema": {"type": "string"}, "example": "WEBVTT\n"}}},
    ),
    calls(
        "POST /similar", "findSimilar", methods.FIND_SIMILAR,
        "Stored faces and pictures near to one", body="*",
        description="Compares with a picture (Base64), a stored observation or a moment. With `analyser` "
        "`labels` and `near_duplicates` the same picture is found, whatever was done to it: one neighbour "
        "for all that follow each other in an asset, `span` from the first to the last. `other_than` leaves "
        "its own asset out. Whoever looks for a face (`faces`) says why in `reason`: it is kept "
        "with who asked.",
        example={
            "moment": {"asset_id": ASSET, "pts": 90000}, "analyser": "faces",
            "filter": {"other_than": [ASSET]},
            "reason": "Who stands beside the minister?",
        },
        answer={
            "neighbours": [
                {
                    "asset_id": "1c5b2c1e-0000-4000-8000-00000000000b", "distance": 0.5,
                    "span": SPAN, "likeness": "near",
                    "sentence": "Near: at distance 0.50 it can be the same person, or somebody who looks "
                    "alike.",
                    "observation": {
                        "id": "faces/0/900000/12", "kind": "face", "span": SPAN, "score": 1.0,
                        "label": "", "text": "", "shot": 0, "moment": {"pts": 0, "frame": 0},
                        "model": {"name": "faces/yunet", "version": "2023mar"}, "vector_row": 3,
                    },
                }
            ]
        },
    ),
    answers(
        "POST /pictures/analyse", "analyseImage", AnalyseImageRequest, pictures.analyse,
        "What models see in a picture, and who the faces are",
        description="The body is the picture (JPEG, PNG or WebP, at most 4 MiB and 200 megapixels); nothing "
        "of it is kept. `analysers` chooses who looks, every analyser that looks at pictures without. "
        "Whoever asks who the faces are says why in `reason`: it is kept with who asked. Without one faces "
        "are found and not identified.",
        hidden=("image",), raw_body="application/octet-stream", problems=(413,),
        response=AnalyseImageResponse,
        answer={
            "observations": [
                {
                    "id": "faces/0/0/0", "kind": "face", "span": SPAN, "moment": {"pts": 0, "frame": 0},
                    "box": {"x": 0.4, "y": 0.2, "width": 0.1, "height": 0.2}, "score": 0.97, "label": "",
                    "text": "", "shot": 0, "model": {"name": "faces/yunet", "version": "2023mar"},
                }
            ],
            "identities": [
                {
                    "observation_id": "faces/0/0/0", "class_id": "0b9f6a52", "score": 0.8125,
                    "model": {"name": "identity/people", "version": "3.0"}, "verdict": "known",
                    "nearest_class_id": "0b9f6a52", "distance": 0.31,
                    "sentence": "Known: at distance 0.31 the face is near enough to be named.",
                }
            ],
        },
    ),
    asks(
        "GET /assets/{asset_id}/media-events", "listMediaEvents",
        lambda app: ReadAssetMedia(app.services, app.asset_progress, methods.LIST_MEDIA_EVENTS),
        "Black, held pictures, colour bars, silence and tone", problems=(409,),
        takes=ListMediaEventsRequest, gives=ListMediaEventsResponse,
        description="Lists black, held pictures, colour bars, silence and tone in order of time.",
        answer={"events": [{"kind": "black", "span": SPAN}], "next_page_token": "", "total_size": 1},
    ),
    calls(
        "GET /assets/{asset_id}/rights", "getRights", methods.GET_RIGHTS,
        "Rights of an asset: decisions and statements",
        answer={"decisions": [DECISION], "statements": [STATEMENT], "revision": 1},
    ),
    answers(
        "GET /assets/{asset_id}/frame", "getFrame", GetFrameRequest, frames.frame,
        "The very picture of a moment, out of the original", problems=(409, 410),
        description="By `frame`, `pts`, `seconds` or `timecode`, the first picture without."
        " 409 where it cannot be decoded, 410 once the asset was removed or erased.",
        content={
            200: {"image/jpeg": {"schema": {"type": "string", "format": "binary"}, "example": "JPEG"}},
            304: {},
        },
        headers={"if-none-match": "Not if the picture has this ETag."},
    ),
    answers(
        "GET /assets/{asset_id}/playlist/{name}", "getPlaylist", GetPlaylistRequest, playlists.playlist,
        "A playlist of an asset, which grows while it is recorded", problems=(409, 410),
        description="`master.m3u8` is what a player opens (HLS); the others are those that it names."
        " 409 before there is anything to play, 410 once the asset was removed or erased.",
        content={
            200: {PLAYLIST_MEDIA_TYPE: {"schema": {"type": "string"}, "example": "#EXTM3U\n"}},
            304: {},
        },
        headers={"if-none-match": "Not if the playlist has this ETag."},
    ),
)  # fmt: skip
