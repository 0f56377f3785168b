"""A password or signature in an address serves the fetch: it is not kept, sent, logged or said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.adapters.fetchers.partial_files import PartialFiles
from framewell_ingest.adapters.fetchers.web import WebFetcher
from framewell_ingest.testing import IngestBench
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import Conflict, Rejected
from framewell_media.testing.clips import Clip, make_clip

CANARY = "cAnArY7r0b1n5s0ngX9q"


class SignedSite:
    """A web server on loopback that gives one answer and records what it was asked."""

    def __init__(self, body: bytes = b"", *, status: str = "200 OK", location: str = "") -> None:
        self._body, self._status, self._location = body, status, location
        self.asked: list[str] = []
        self.port = 0

    async def __aenter__(self) -> SignedSite:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def uri(self, signature: str = CANARY) -> str:
        return (
            f"http://127.0.0.1:{self.port}/a.mp4?id=1&X-Amz-Date={len(signature)}&X-Amz-Signature={signature}"
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        location = f"Location: {self._location}\r\n" if self._location else ""
        head = f"HTTP/1.1 {self._status}\r\n{location}Content-Length: {len(self._body)}"
        writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + self._body)
        await writer.drain()
        writer.close()


@pytest.fixture(autouse=True)
def lines() -> Iterator[list[object]]:
    """Everything that is logged, by structlog and by libraries, before anything is redacted."""
    kept: list[object] = []
    handler = logging.Handler()
    handler.emit = lambda record: kept.append(record.getMessage())  # type: ignore[method-assign]
    libraries = logging.getLogger("framewell_ingest")
    libraries.addHandler(handler)
    with structlog.testing.capture_logs() as captured:
        yield kept
        kept += captured
    libraries.removeHandler(handler)


def holding(ingest: IngestBench, secret: str = CANARY) -> list[str]:
    """Where the secret stands: names of documents and of topics."""
    assert isinstance(ingest.documents, MemoryDocuments)
    kept = [
        f"{name}/{document['_id']}"
        for name, documents in ingest.documents._collections.items()
        for document in documents.values()
        if secret in repr(document)
    ]
    sent = [record.topic for record in ingest.facts.records if secret in repr(record)]
    said = [refused.reason for refused in ingest.given_up if secret in refused.reason]
    return [*kept, *sent, *said]


def clip(ingest: IngestBench) -> bytes:
    return make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()


async def submit(ingest: IngestBench, uri: str, *, existing_proxy: str = "") -> pb.SubmitResponse:
    wanted = IngestRequested(uri=uri, existing_proxy=existing_proxy)
    request = pb.SubmitRequest(request=wanted, request_id="r-1")
    answer: pb.SubmitResponse = await ingest.call("Submit", request)
    return answer


async def test_a_signed_address_is_fetched_and_its_signature_gone_with_it(
    ingest: IngestBench,
) -> None:
    async with SignedSite(clip(ingest)) as site:
        asset = (await submit(ingest, site.uri(), existing_proxy=site.uri())).asset_id
        assert holding(ingest) == [f"assets/{asset}"]  # for the fetch, which has not been
        (listed,) = await ingest.assets()
        assert listed.uri == f"http://127.0.0.1:{site.port}/a.mp4?id=1&X-Amz-Signature=REDACTED"
        await ingest.settle()
    ended = ingest.facts.one(AssetIngested)
    assert (ended.uri, ended.existing_proxy.size > 0) == (listed.uri, True)
    about_the_site = [request for request in site.asked if "/.well-known/tdmrep.json" in request]
    assert [CANARY in request for request in site.asked if request not in about_the_site] == [True, True]
    assert about_the_site
    assert not any(CANARY in request for request in about_the_site)
    assert holding(ingest) == []


@pytest.mark.parametrize(
    ("status", "location", "code"),
    [
        ("403 Forbidden", "", "forbidden"),
        ("404 Not Found", "", "unreachable"),
        ("302 Found", f"https://127.0.0.3/a.mp4?sig={CANARY}", "forbidden"),
        ("302 Found", f"https://editor:{CANARY}@127.0.0.3/a.mp4", "forbidden"),
        ("302 Found", f"ftp://editor:{CANARY}@127.0.0.3/a.mp4", "forbidden"),
        ("302 Found", f"/a.mp4?token={CANARY}", "unreachable"),
    ],
)
async def test_no_refusal_of_a_fetch_says_a_secret(
    ingest: IngestBench, status: str, location: str, code: str
) -> None:
    async with SignedSite(status=status, location=location) as site:
        await submit(ingest, site.uri("its-own"))
        await ingest.settle()
    end = ingest.facts.one(AssetRejected)
    assert end.code == code, end.detail
    assert (holding(ingest), holding(ingest, "its-own")) == ([], [])


async def test_a_place_that_is_away_keeps_the_secret_for_the_next_attempt_alone(ingest: IngestBench) -> None:
    async with SignedSite(status="503 Service Unavailable") as site:
        asset = (await submit(ingest, site.uri())).asset_id
        await ingest.run_jobs()
        assert holding(ingest) == [f"assets/{asset}"]
        job = await ingest.documents.get("jobs", f"fetch/{asset}")
        assert job is not None
        assert "REDACTED" in job["reason"]
        ingest.clock.advance(3601)
        await ingest.settle()
    assert ingest.facts.one(AssetRejected).code == "unreachable"
    assert holding(ingest) == []


async def test_a_redirect_to_what_is_no_address_says_no_secret(ingest: IngestBench) -> None:
    async with SignedSite(status="302 Found", location=f"https://editor:{CANARY}") as site:
        asset = (await submit(ingest, site.uri("its-own"))).asset_id
        await ingest.run_jobs()
    job = await ingest.documents.get("jobs", f"fetch/{asset}")
    assert job is not None
    assert "RemoteProtocolError" in job["reason"]
    assert holding(ingest) == []


async def test_an_error_nobody_expected_says_no_secret(
    ingest: IngestBench, monkeypatch: pytest.MonkeyPatch, lines: list[object]
) -> None:
    async def broken(self: WebFetcher, *_: object) -> None:
        raise ValueError(f"the library failed at {CANARY}")

    monkeypatch.setattr(WebFetcher, "_request", broken)
    await submit(ingest, f"http://127.0.0.1:9/a.mp4?sig={CANARY}")
    for _ in range(3):
        await ingest.run_jobs()
        ingest.clock.advance(60)
    await ingest.settle()
    assert ingest.facts.one(AssetRejected).code == "failed"
    assert holding(ingest) == []
    assert CANARY not in repr(lines)


@pytest.mark.parametrize("end", ["cancel", "remove"])
async def test_a_secret_goes_with_whatever_ends_its_asset(ingest: IngestBench, end: str) -> None:
    asset = (await submit(ingest, f"https://archive.example/a.mp4?sig={CANARY}")).asset_id
    assert holding(ingest)
    if end == "cancel":
        await ingest.call("CancelIngest", pb.CancelIngestRequest(asset_id=asset))
    else:
        await ingest.call("RemoveAsset", pb.RemoveAssetRequest(asset_id=asset, reason="by mistake"))
        await ingest.deliver_own()
    assert holding(ingest) == []


@pytest.mark.parametrize(
    "uri",
    [
        f"https://editor:{CANARY}@archive.example/a.mp4",
        f"https://editor%3A{CANARY}%40archive.example/a.mp4",
        f"https://editor:{CANARY}/x@archive.example/a.mp4",
        f"s3://AKIA:{CANARY}@news/a.mp4",
        f"ftp://editor:{CANARY}@archive.example/a.mp4",
        f"https://archive.example/\na?token={CANARY}",
    ],
)
@pytest.mark.parametrize("field", ["uri", "existing_proxy"])
async def test_a_login_in_an_address_is_refused_at_every_door_before_anything_is_kept(
    ingest: IngestBench, uri: str, field: str
) -> None:
    request = IngestRequested(uri="https://archive.example/a.mp4")
    setattr(request, field, uri)
    with pytest.raises(Rejected) as refused:
        await ingest.call("Submit", pb.SubmitRequest(request=request))
    assert CANARY not in refused.value.reason
    with pytest.raises(Rejected):
        await ingest.accept(request)
    await ingest.settle()
    assert ingest.facts.one(AssetRejected).code == refused.value.code
    assert holding(ingest) == []


async def test_over_kafka_a_signed_address_is_refused_and_not_kept(
    ingest: IngestBench,
) -> None:
    with pytest.raises(Rejected, match="POST /v1/assets") as refused:
        await ingest.accept(IngestRequested(uri=f"https://archive.example/a.mp4?sig={CANARY}"))
    assert refused.value.code == "secret_in_uri"
    await ingest.settle()
    end = ingest.facts.one(AssetRejected)
    assert (end.code, end.uri) == ("secret_in_uri", "https://archive.example/a.mp4?sig=REDACTED")
    assert holding(ingest) == []


async def test_a_fresh_signature_is_the_same_request_and_is_used(ingest: IngestBench) -> None:
    async with SignedSite(clip(ingest)) as site:
        first = await submit(ingest, site.uri("old-signature"))
        again = await submit(ingest, site.uri(CANARY))
        assert (again.asset_id, again.existed) == (first.asset_id, True)
        await ingest.settle()
        late = await submit(ingest, site.uri("late-signature"))
    assert late.existed
    (asked,) = (request for request in site.asked if "/.well-known/" not in request)
    assert CANARY in asked
    assert not holding(ingest, "signature=late")
    assert not holding(ingest, "late-signature")
    with pytest.raises(Conflict):
        await submit(ingest, site.uri().replace("id=1", "id=2"))


async def test_a_redacted_address_is_no_request(ingest: IngestBench) -> None:
    uri = "https://archive.example/a.mp4?sig=REDACTED"
    with pytest.raises(Rejected, match="give it whole"):
        await submit(ingest, uri)
    end = await ingest.take_in(IngestRequested(uri=uri))
    assert isinstance(end, AssetRejected)
    assert "ask for it again" in end.detail


async def test_a_login_of_the_settings_goes_to_its_own_host_alone(tmp_path: Path) -> None:
    async with SignedSite(b"media") as other:
        location = f"http://localhost:{other.port}/b.mp4"
        async with SignedSite(status="302 Found", location=location) as site:
            logins = {"127.0.0.1": SecretStr("editor:hush")}
            hosts = ("127.0.0.1", "localhost")
            fetcher = WebFetcher(PartialFiles(tmp_path, tmp_path, 60), 1 << 20, 20, hosts, logins=logins)
            async with fetcher.fetch(MediaAddress(site.uri())) as source:
                assert source.path.read_bytes() == b"media"
    assert "Authorization: Basic ZWRpdG9yOmh1c2g=" in site.asked[0]
    assert "Authorization" not in other.asked[0]
    assert "hush" not in repr(fetcher)
