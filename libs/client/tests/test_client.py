"""What a program outside the mesh sees of it: answers, refusals, and a mesh that is not there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell_client import Credentials, Endpoints, EventPublisher, Gateway, Refused, Unreachable
from framewell_client.transport import HttpTransport

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def sse(*events: dict[str, Any]) -> bytes:
    lines = [f"event: x\ndata: {json.dumps(event)}\nid: {event['id']}\n\n" for event in events]
    return (": hello\n\n" + "".join(lines)).encode()


def event(number: int, verb: str) -> dict[str, Any]:
    return {"id": f"e{number}", "type": f"framewell.asset.{verb}.v1", "data": {}}


def test_pages_are_read_to_the_end(answering: Any) -> None:
    answering.answers["GET", "/v1/assets"] = [
        {"assets": [{"asset_id": "1"}], "next_page_token": "more"},
        {"assets": [{"asset_id": "2"}], "next_page_token": ""},
    ]
    with Gateway(answering.address) as gateway:
        assert [one["asset_id"] for one in gateway.assets()] == ["1", "2"]
    assert "page_token=more" in answering.asked[1][1]


def test_a_refusal_carries_its_reason(answering: Any) -> None:
    with Gateway(answering.address) as gateway, pytest.raises(Refused, match="nothing is here") as refused:
        gateway.asset(ASSET)
    assert refused.value.status == 404


def test_a_mesh_that_does_not_answer_is_unreachable() -> None:
    with Gateway("http://127.0.0.1:1") as gateway, pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        gateway.assets()


def test_a_request_carries_who_asks(answering: Any) -> None:
    answering.answers["GET", "/v1/datasets"] = {"datasets": [], "next_page_token": ""}
    with Gateway(answering.address, Credentials(actor="anna")) as gateway:
        gateway.datasets()
    with Gateway(answering.address, Credentials("secret")) as gateway:
        gateway.datasets()
    first, second = (headers for _, _, headers, _ in answering.asked)
    assert (first["framewell-actor"], second["authorization"]) == ("anna", "Bearer secret")


def test_an_id_is_one_part_of_a_path_whatever_is_in_it(answering: Any) -> None:
    with Gateway(answering.address) as gateway:
        for asked, sent in (("../models", "..%2Fmodels"), ("a?b#c", "a%3Fb%23c"), ("\udcff", "%FF")):
            with pytest.raises(Refused, match="nothing is here"):
                gateway.asset(asked)
            assert answering.asked[-1][1] == f"/v1/assets/{sent}"


def test_what_is_no_text_in_utf_8_is_refused(answering: Any) -> None:
    with Gateway(answering.address) as gateway, pytest.raises(Refused, match="no text in UTF-8"):
        gateway.submit({"uri": "file:///\udcff"})


def test_an_answer_from_elsewhere_is_no_answer(answering: Any) -> None:
    """A redirect has no document."""
    answering.answers["GET", "/v1/assets/"] = 307
    with Gateway(answering.address) as gateway, pytest.raises(Refused, match="answered 307"):
        gateway.asset("")


def test_waiting_resumes_after_a_break_and_ends_with_the_view(answering: Any) -> None:
    path = f"/v1/assets/{ASSET}/events"
    answering.answers["GET", path] = [sse(event(1, "ingested")), sse(event(2, "analysed"))]
    answering.answers["GET", f"/v1/assets/{ASSET}"] = {"state": "analysed"}
    heard: list[str] = []
    with Gateway(answering.address) as gateway:
        view = gateway.wait(ASSET, lambda one: heard.append(one["id"]))
    assert (view, heard) == ({"state": "analysed"}, ["e1", "e2"])
    resumed = [headers.get("last-event-id") for _, target, headers, _ in answering.asked if target == path]
    assert resumed == ["", "e1"]


def test_a_gateway_that_restarts_meanwhile_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    breaks: list[list[Any]] = [
        [("1", event(1, "ingested"))],
        [Unreachable("restarting")],
        [("2", event(2, "analysed"))],
    ]

    def stream(*_: object) -> Iterator[Any]:
        for one in breaks.pop(0):
            if isinstance(one, Exception):
                raise one
            yield one

    monkeypatch.setattr(HttpTransport, "events", stream)
    followed = Gateway("http://127.0.0.1:1").follow(ASSET)
    assert [next(followed)["id"], next(followed)["id"]] == ["e1", "e2"]


def test_a_mesh_that_is_partly_away_or_busy_is_waited_for(answering: Any) -> None:
    path = f"/v1/assets/{ASSET}/events"
    answering.answers["GET", path] = [sse(event(1, "ingested")), 503, 429, sse(event(2, "analysed"))]
    with Gateway(answering.address) as gateway:
        followed = gateway.follow(ASSET)
        assert [next(followed)["id"], next(followed)["id"]] == ["e1", "e2"]


def test_a_gateway_that_never_answered_is_not_waited_for() -> None:
    with pytest.raises(Unreachable):
        next(Gateway("http://127.0.0.1:1").follow(ASSET))


def test_endpoints_come_from_the_file_of_the_mesh(tmp_path: Path) -> None:
    written = {
        "rest": "http://127.0.0.1:7410",
        "kafka": "127.0.0.1:7400",
        "grpc.dataset": "127.0.0.1:7423",
        "grpc.transcode": "127.0.0.1:7421",
        "grpc.transcode-1": "127.0.0.1:20021",
        "ingest.roots": "/media:/archive",
    }
    (tmp_path / "endpoints.json").write_text(json.dumps(written))
    found = Endpoints.find({"FRAMEWELL_STATE": str(tmp_path)})
    assert (found.rest, found.kafka) == ("http://127.0.0.1:7410", "127.0.0.1:7400")
    assert found.grpc["transcode-1"] == "127.0.0.1:20021"
    assert found.target("dataset") == "127.0.0.1:7423"
    assert found.target("transcode") == "ipv4:127.0.0.1:7421,127.0.0.1:20021"
    with pytest.raises(Unreachable, match="address of training"):
        found.target("training")
    assert found.ingest_roots == (Path("/media"), Path("/archive"))


def test_the_environment_outranks_the_file(tmp_path: Path) -> None:
    found = Endpoints.find({"FRAMEWELL_STATE": str(tmp_path), "FRAMEWELL_REST": "https://mesh.example"})
    assert found.rest == "https://mesh.example"


def test_no_mesh_anywhere_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="framewell up"):
        Endpoints.find({"FRAMEWELL_STATE": str(tmp_path)})
    (tmp_path / "endpoints.json").write_text("{")
    with pytest.raises(Unreachable, match="cannot be read"):
        Endpoints.find({"FRAMEWELL_STATE": str(tmp_path)})


async def test_systems_outside_do_not_publish_what_only_the_mesh_emits() -> None:
    with pytest.raises(ValueError, match="emitted by the mesh itself"):
        await EventPublisher("/test").publish(ChunkPlanned())


async def test_a_broker_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        async with EventPublisher("/test", kafka="127.0.0.1:1"):
            pass
