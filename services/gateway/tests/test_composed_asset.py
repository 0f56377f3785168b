"""GET /v1/assets/{id}: the shape that scripts rely on, and what it says when services are away."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.dataset.v1.catalogue_service_pb2 import ListClassesResponse
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.dataset.v1.review_service_pb2 import ListSamplesResponse
from framewell.dataset.v1.rights_service_pb2 import GetRightsResponse
from framewell.gateway.v1.asset_view_pb2 import AssetView
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.media.v1 import media_service_pb2 as media
from framewell.media.v1.media_pb2 import (
    CAPTION_KIND_CAPTIONS,
    CaptionTrack,
    MediaKind,
    ObjectRef,
    Observation,
    Programme,
    Shot,
    Span,
    Timeline,
    Track,
    TrackKind,
    Work,
)
from framewell.mesh.v1.mesh_pb2 import Lane, ModelVersion, Ratio
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import SampleState
from framewell_contracts.json_mapping import from_json
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.entrypoints.http import openapi
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_kit.outcome_messages import done

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
NOT_SAID_OF_TRACKS = {
    "profile": "", "level": "", "coded_width": 0, "coded_height": 0, "pixel_format": "", "bit_depth": 0,
    "channel_layout": "", "sample_format": "", "bit_rate": 0, "timecode": "", "is_default": False,
    "roles": [], "programme_number": 0, "title": "", "container_id": 0,
}  # fmt: skip
SCHEMA = Path(__file__).with_name("asset.schema.json")
LABELS = {"job": "4711", "a.b": "$where"}
ASKED = datetime(2026, 11, 22, 18, tzinfo=UTC)
KEY = "ab/ab" + "0" * 62 + ".m3u8"
DONE = done()
IDENTITY = ModelVersion(name="identity/people", version="3.0")


def span(first: int, frames: int) -> Span:
    return Span(start_pts=first * 3600, end_pts=(first + frames) * 3600, first_frame=first, frames=frames)


def taken_in(work: Work) -> AssetIngested:
    """All that ingest says of an asset."""
    fact = AssetIngested(
        work=work,
        original=ObjectRef(key=f"cd/cd{'0' * 62}.mp4", media_type="video/mp4", size=4096, sha256="c" * 64),
        container="mov",
        tracks=[
            Track(kind=TrackKind.TRACK_KIND_VIDEO, codec="h264", width=1920, height=1080),
            Track(index=1, kind=TrackKind.TRACK_KIND_AUDIO, codec="aac", language="de", channels=2),
        ],
        programme=Programme(title="Tagesschau", channel="Kanal Eins"),
        source="/playout/7",
        uri="https://anna:geheim@archive.example/news.mp4",
        labels=LABELS,
        existing_proxy=ObjectRef(key="ef/1", media_type="video/mp4", size=7, sha256="e" * 64),
        same_content=["1c5b2c1e-0000-4000-8000-00000000000b"],
        revision=2,
    )
    fact.tracks[0].duration.FromMilliseconds(10_000)
    fact.tracks[1].duration.FromMilliseconds(10_040)
    fact.ingested_at.FromJsonString("2026-11-22T18:00:02Z")
    return fact


KNOWN = {
    "title": "Tagesschau",
    "uri": "https://REDACTED@archive.example/news.mp4",
    "requested_at": "2026-11-22T18:00:00Z",
    "request_labels": LABELS,
    "source": "/playout/7",
    "lane": "live",
    "ingested_at": "2026-11-22T18:00:02Z",
    "programme": {
        "title": "Tagesschau",
        "series": "",
        "channel": "Kanal Eins",
        "language": "",
        "identifiers": {},
        "start_timecode": "",
    },
    "original": {
        "key": f"cd/cd{'0' * 62}.mp4",
        "media_type": "video/mp4",
        "size": 4096,
        "sha256": "c" * 64,
    },
    "container": "mov",
    "tracks": [
        {
            "index": 0,
            "kind": "video",
            "codec": "h264",
            "language": "",
            "width": 1920,
            "height": 1080,
            "rotation_degrees": 0,
            "sample_rate": 0,
            "channels": 0,
            "duration": "10s",
            **NOT_SAID_OF_TRACKS,
        },
        {
            "index": 1,
            "kind": "audio",
            "codec": "aac",
            "language": "de",
            "width": 0,
            "height": 0,
            "rotation_degrees": 0,
            "sample_rate": 0,
            "channels": 2,
            "duration": "10.04s",
            **NOT_SAID_OF_TRACKS,
        },
    ],
    "duration": "10.04s",
    "existing_proxy": {"key": "ef/1", "media_type": "video/mp4", "size": 7, "sha256": "e" * 64},
    "same_content": ["1c5b2c1e-0000-4000-8000-00000000000b"],
    "generation": 1,
    "revision": 2,
}


async def analysed(mesh: Any) -> None:
    """A programme that went all the way, with every service having something to say about it."""
    work = Work(
        asset_id=ASSET,
        generation=1,
        kind=MediaKind.MEDIA_KIND_VIDEO,
        lane=Lane.LANE_LIVE,
        labels=LABELS,
        requested_at=timestamp(ASKED),
    )
    chunk = {"work": work, "chunk_id": f"{ASSET}/0/0"}
    await mesh.happened(
        taken_in(work),
        ChunkPlanned(**chunk),
        ChunkTranscoded(**chunk, outcome=DONE),
        AssetTranscoded(work=work, outcome=DONE, chunk_count=1),
        ChunkAnalysed(**chunk, outcome=DONE),
        AssetAnalysed(work=work, outcome=DONE),
    )
    timeline = Timeline(
        time_base=Ratio(numerator=1, denominator=90000),
        frame_rate=Ratio(numerator=25, denominator=1),
        frame_count=250,
        start_timecode="10:00:00:00",
    )
    mesh.transcode.answers |= {
        "GetTimeline": media.GetTimelineResponse(
            timeline=timeline, captions=[CaptionTrack(language="de", kind=CAPTION_KIND_CAPTIONS, cue_count=3)]
        ),
        "ListShots": [
            media.ListShotsResponse(shots=[Shot(span=span(0, 100))], next_page_token="1"),
            media.ListShotsResponse(shots=[Shot(span=span(100, 150))]),
        ],
        "GetPlaylist": media.GetPlaylistResponse(playlist=ObjectRef(key=KEY), text="#EXTM3U"),
    }
    mesh.inference.answers |= {
        "ListPeople": inference.ListPeopleResponse(
            people=[
                inference.Person(
                    class_id="c1",
                    score=0.8125,
                    model=IDENTITY,
                    appearances=[inference.Appearance(span=span(0, 50), sentence="Known: near.")],
                ),
                inference.Person(
                    model=IDENTITY,
                    appearances=[inference.Appearance(span=span(50, 5), sentence="Not judged: too small.")],
                ),
            ]
        ),
        "ListObservations": inference.ListObservationsResponse(
            observations=[
                Observation(id="t/0", kind="text", text="Jörg  Müßigbrodt", span=span(0, 25)),
                Observation(id="t/1", kind="text", text="Jörg Müßigbrodt", span=span(25, 25)),
                Observation(
                    id="house.scenes/0", kind="label", label="convertible", score=0.5, span=span(0, 12)
                ),
                Observation(id="labels/1", kind="label", label="convertible", score=0.75, span=span(100, 12)),
                Observation(id="objects/0", kind="object", label="dog", score=0.5, span=span(0, 12)),
                Observation(id="s/0", kind="speech", span=span(25, 50)),
                Observation(id="s/1", kind="speech", span=span(80, 20)),
                Observation(id="transcript/sound/0", kind="transcript", text="Guten", span=span(24, 10)),
                Observation(id="transcript/sound/1", kind="transcript", text="Abend.", span=span(35, 50)),
            ]
        ),
    }
    statement = rights.RightsStatement(
        issuer="house",
        statement_id="4711",
        revision=1,
        source=rights.StatementSource.STATEMENT_SOURCE_CONTRACT,
        use=rights.Use.USE_PROHIBITED,
        verbatim="not before it is signed",
    )
    mesh.dataset.answers |= {
        "ListClasses": ListClassesResponse(classes=[DatasetClass(class_id="c1", name="Jörg Müßigbrodt")]),
        "GetRights": GetRightsResponse(
            decisions=[
                rights.RightsDecision(
                    purpose=rights.Purpose.PURPOSE_OWN_TRAINING,
                    sentence="contract 4711 …",
                    grounds=[statement],
                ),
                rights.RightsDecision(
                    purpose=rights.Purpose.PURPOSE_ANALYSIS, allowed=True, sentence="house"
                ),
            ]
        ),
        "ListSamples": ListSamplesResponse(
            samples=[
                Sample(state=SampleState.SAMPLE_STATE_ACCEPTED),
                Sample(state=SampleState.SAMPLE_STATE_WITHHELD),
                Sample(state=SampleState.SAMPLE_STATE_WITHHELD),
            ]
        ),
    }


def view_span(first: int, frames: int) -> dict[str, int]:
    return {
        "start_pts": first * 3600,
        "end_pts": (first + frames) * 3600,
        "first_frame": first,
        "frames": frames,
    }


async def test_the_view_is_composed_from_all_services(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await analysed(mesh)
    answer = await gateway.get(f"/v1/assets/{ASSET}")
    assert answer.status_code == 200
    assert answer.json() == {
        "asset_id": ASSET,
        "kind": "video",
        "state": "analysed",
        **KNOWN,
        "missing": [],
        "unavailable": [],
        "timeline": {
            "time_base": {"numerator": 1, "denominator": 90000},
            "frame_rate": {"numerator": 25, "denominator": 1},
            "variable_rate": False,
            "start_pts": 0,
            "duration_pts": 0,
            "frame_count": 250,
            "start_timecode": "10:00:00:00",
            "drop_frame": False,
            "has_gaps": False,
        },
        "captions": [
            {
                "language": "de",
                "kind": "captions",
                "title": "",
                "format": "",
                "cue_count": 3,
                "is_default": False,
            }
        ],
        "chunks": {"planned": 1, "transcoded": 1, "analysed": 1, "failed": 0},
        "shots": [
            {"span": view_span(0, 100)},
            {"span": view_span(100, 150)},
        ],
        "people": [
            {
                "class_id": "c1",
                "name": "Jörg Müßigbrodt",
                "model": {"name": "identity/people", "version": "3.0"},
                "score": 0.8125,
                "spans": [view_span(0, 50)],
                "sentence": "Known: near.",
            },
            {
                "name": "unknown",
                "model": {"name": "identity/people", "version": "3.0"},
                "spans": [view_span(50, 5)],
                "sentence": "Not judged: too small.",
            },
        ],
        "text": [{"text": "Jörg Müßigbrodt", "spans": [view_span(0, 50)]}],
        "labels": [
            {
                "label": "convertible",
                "score": 0.75,
                "spans": [view_span(0, 12), view_span(100, 12)],
                "analysers": ["house.scenes", "labels"],
            },
            {"label": "dog", "score": 0.5, "spans": [view_span(0, 12)], "analysers": ["objects"]},
        ],
        "speech": [
            {"start": "1s", "end": "3s", "text": "Guten Abend."},
            {"start": "3.2s", "end": "4s", "text": ""},
        ],
        "rights": [
            {
                "purpose": "own_training",
                "allowed": False,
                "sentence": "contract 4711 …",
                "grounds": [
                    {
                        "issuer": "house",
                        "statement_id": "4711",
                        "revision": 1,
                        "holder": "",
                        "source": "contract",
                        "purposes": [],
                        "use": "prohibited",
                        "territories": [],
                        "verbatim": "not before it is signed",
                        "found_at": "",
                    }
                ],
                "rights_revision": 0,
            },
            {
                "purpose": "analysis",
                "allowed": True,
                "sentence": "house",
                "grounds": [],
                "rights_revision": 0,
            },
        ],
        "playlist": f"http://127.0.0.1:7410/v1/assets/{ASSET}/playlist/master.m3u8",
        "samples": {"proposed": 0, "withheld": 2, "accepted": 1, "rejected": 0, "unsure": 0, "withdrawn": 0},
        "missing_wordings": [],
    }


def test_the_shape_is_the_one_that_was_promised() -> None:
    """A change of the shape breaks scripts. New keys: write the schema anew, in the same commit."""
    schemas = openapi.document(ROUTES, asks_for_tokens=False)["components"]["schemas"]
    assert schemas["AssetView"] == json.loads(SCHEMA.read_text())


PARTS = {
    "transcode": {"timeline", "captions", "shots", "playlist", "speech"},
    "inference": {"people", "text", "labels", "speech"},
    "dataset": {"people", "rights", "samples"},
}


@pytest.mark.parametrize(("service", "parts"), PARTS.items())
async def test_the_parts_of_a_service_that_is_away_are_left_out_and_named(
    mesh: Any, gateway: httpx.AsyncClient, service: str, parts: set[str]
) -> None:
    await analysed(mesh)
    getattr(mesh, service).away = True
    answer = await gateway.get(f"/v1/assets/{ASSET}")
    view = answer.json()
    assert answer.status_code == 200
    optional = {
        "timeline", "captions", "shots", "people", "text", "labels", "speech", "rights", "playlist", "samples"
    }  # fmt: skip
    assert optional - view.keys() == parts == set(view["unavailable"])
    assert all("cannot be asked right now" in sentence for sentence in view["missing"])
    assert view["state"] == "analysed"
    assert from_json(view, AssetView).state


async def test_an_asset_just_asked_for_is_known_from_ingest(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.ingest.answers["GetAsset"] = ingest.GetAssetResponse(
        asset=ingest.IngestAsset(asset_id=ASSET, state=ingest.IngestState.INGEST_STATE_FETCHING)
    )
    view = (await gateway.get(f"/v1/assets/{ASSET}")).json()
    assert (view["state"], view["people"]) == ("requested", [])
    assert view.keys().isdisjoint({"kind", "timeline", "reason"})
    assert view["missing"] == []


async def test_a_rejected_asset_gives_its_reason(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetRejected(work=Work(asset_id=ASSET), code="empty", detail="the file is empty"))
    view = (await gateway.get(f"/v1/assets/{ASSET}")).json()
    assert (view["state"], view["reason"]) == ("rejected", "the file is empty")


async def test_an_unknown_asset_is_a_problem_with_a_way_out(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get(f"/v1/assets/{ASSET}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    assert "framewell assets" in answer.json()["detail"]


async def test_an_asset_nobody_can_be_asked_about_is_not_called_unknown(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.ingest.away = True
    answer = await gateway.get(f"/v1/assets/{ASSET}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_ingest_being_away_is_said_but_hides_nothing(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await analysed(mesh)
    mesh.ingest.away = True
    view = (await gateway.get(f"/v1/assets/{ASSET}")).json()
    assert view["state"] == "analysed"
    assert view["missing"] == ["what ingest knows: ingest cannot be asked right now: connection refused"]


async def test_an_entry_of_the_list_has_what_the_view_has(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await analysed(mesh)
    mesh.ingest.away = True
    listed = (await gateway.get("/v1/assets?page_size=1")).json()
    assert listed["assets"][0].pop("changed_at")  # what lists are sorted by
    assert listed["assets"][0].pop("poster") == f"/v1/assets/{ASSET}/poster?width=320"
    assert listed == {
        "assets": [
            {
                "asset_id": ASSET,
                "kind": "video",
                "state": "analysed",
                **KNOWN,
                "chunks": {"planned": 1, "transcoded": 1, "analysed": 1, "failed": 0},
            }
        ],
        "next_page_token": "",
        "total_size": 1,
    }
    view = (await gateway.get(f"/v1/assets/{ASSET}")).json()
    assert listed["assets"][0].items() <= view.items()


async def test_the_view_has_what_ingest_knows_now(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await analysed(mesh)
    work = Work(asset_id=ASSET, generation=1, lane=Lane.LANE_LIVE)
    asset = ingest.IngestAsset(
        asset_id=ASSET,
        state=ingest.IngestState.INGEST_STATE_INGESTED,
        uri="https://REDACTED@archive.example/news.mp4",
        labels=LABELS,
        source="/playout/7",
        lane=Lane.LANE_LIVE,
        requested_at=timestamp(ASKED),
        ingested=taken_in(work),
        programme=Programme(title="Tagesschau um acht"),
    )
    asset.ingested.labels.clear()
    asset.ingested.labels.update(LABELS)
    mesh.ingest.answers["GetAsset"] = ingest.GetAssetResponse(asset=asset)
    view = (await gateway.get(f"/v1/assets/{ASSET}")).json()
    assert view["title"] == view["programme"]["title"] == "Tagesschau um acht"
    changed = {"title", "programme"}
    assert {key: view[key] for key in KNOWN if key not in changed} == {
        key: value for key, value in KNOWN.items() if key not in changed
    }
