"""Observations of an asset: those of inference, and of an asset that nobody knows none."""

from typing import Any

import httpx
from google.protobuf.duration_pb2 import Duration

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.inference.v1.inference_service_pb2 import ListObservationsResponse
from framewell.ingest.v1.ingest_service_pb2 import GetAssetResponse, IngestAsset
from framewell.media.v1.media_pb2 import Observation, SpeechAttributes, Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
PATH = f"/v1/assets/{ASSET}/observations"


async def test_an_asset_that_nobody_knows_is_not_found(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.inference.answers["ListObservations"] = ListObservationsResponse()
    answer = await gateway.get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_known_asset_may_have_none(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.inference.answers["ListObservations"] = ListObservationsResponse()
    mesh.ingest.answers["GetAsset"] = GetAssetResponse(asset=IngestAsset(asset_id=ASSET))
    answer = await gateway.get(PATH)
    assert (answer.status_code, answer.json()["observations"]) == (200, [])


async def test_ingest_is_not_asked_about_an_asset_with_observations_or_events(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.inference.answers["ListObservations"] = ListObservationsResponse(observations=[Observation(id="a")])
    assert (await gateway.get(PATH)).status_code == 200
    mesh.inference.answers["ListObservations"] = ListObservationsResponse()
    await mesh.happened(AssetIngested(work=Work(asset_id=ASSET, generation=1)))
    assert (await gateway.get(PATH)).status_code == 200
    assert not mesh.ingest.asked


async def test_what_is_said_can_be_shown_as_captions(mesh: Any, gateway: httpx.AsyncClient) -> None:
    said = [
        Observation(
            id=f"transcript/sound/{at}",
            text=text,
            speech_attributes=SpeechAttributes(
                start=Duration(seconds=3599 + at, nanos=500_000_000), end=Duration(seconds=3601 + at)
            ),
            model=ModelVersion(name="speech/whisper-decoder", version=version),
        )
        for at, (text, version) in enumerate([("Before.", "1"), ("Köln & Bonn <3", "2"), ("Gut.", "2")])
    ]
    mesh.inference.answers["ListObservations"] = ListObservationsResponse(observations=said)
    answer = await gateway.get(f"/v1/assets/{ASSET}/transcript.vtt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/vtt; charset=utf-8")
    assert answer.text == (
        "WEBVTT\n\n01:00:00.500 --> 01:00:02.000\nKöln &amp; Bonn &lt;3\n\n"
        "01:00:01.500 --> 01:00:03.000\nGut.\n"
    )
