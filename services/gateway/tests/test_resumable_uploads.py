"""tus 1.0.0 at the gateway: what arrived is kept, what is wrong is refused in the protocol's words."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell_kit.outcomes import Conflict, NotFound, Rejected

PATH = "/v1/uploads/resumable"
CONTENT = bytes(range(256)) * 9000
PATCH = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}


@dataclass
class Ingest:
    """Ingest's resumable uploads, in memory."""

    received: dict[str, bytes] = field(default_factory=dict)
    created: list[pb.CreateUploadRequest] = field(default_factory=list)

    def upload(self, uri: str) -> pb.ResumableUpload:
        if uri not in self.received:
            raise NotFound(f"there is no upload {uri!r}")
        expires = Timestamp()
        expires.FromDatetime(datetime(2026, 11, 29, 20, 15, tzinfo=UTC))
        size = self.created[int(uri.partition(":")[2])].size
        return pb.ResumableUpload(uri=uri, size=size, offset=len(self.received[uri]), expires_at=expires)

    async def call(self, method: Any, request: Any) -> Any:
        if method.name == "CreateUpload":
            uri = f"upload:{len(self.created)}"
            self.created.append(request)
            self.received[uri] = b""
            return pb.CreateUploadResponse(upload=self.upload(uri))
        if method.name == "DeleteUpload":
            self.upload(request.uri)
            del self.received[request.uri]
            return pb.DeleteUploadResponse()
        return pb.GetUploadResponse(upload=self.upload(request.uri))

    async def append_upload(self, parts: AsyncIterator[pb.AppendUploadRequest]) -> pb.AppendUploadResponse:
        header = (await anext(parts)).header
        if header.offset != self.upload(header.uri).offset:
            raise Conflict("other bytes are next")
        data = b"".join([part.data async for part in parts])
        name = header.checksum_algorithm
        if name and hashlib.new(name, data).digest() != header.checksum:
            raise Rejected("the checksum is not that of the bytes", code="wrong_checksum")
        self.received[header.uri] += data
        return pb.AppendUploadResponse(upload=self.upload(header.uri))


@pytest.fixture
def ingest(mesh: Any, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    made = Ingest()
    monkeypatch.setattr(mesh, "call", made.call)
    monkeypatch.setattr(mesh, "append_upload", made.append_upload)
    return made


async def create(gateway: httpx.AsyncClient, **headers: str) -> httpx.Response:
    wanted = {"tus-resumable": "1.0.0", "upload-length": str(len(CONTENT)), **headers}
    return await gateway.post(PATH, headers=wanted)


async def test_a_file_is_sent_in_pieces(ingest: Ingest, gateway: httpx.AsyncClient) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    pairs = [("filename", "Späti.mxf"), ("sha256", digest)]
    metadata = ",".join(f"{name} {b64encode(text.encode()).decode()}" for name, text in pairs)
    made = await create(gateway, **{"upload-metadata": metadata})
    assert (made.status_code, made.headers["location"]) == (201, f"{PATH}/upload:0")
    assert ingest.created == [pb.CreateUploadRequest(file_name="Späti.mxf", size=len(CONTENT), sha256=digest)]
    where, offset = made.headers["location"], 0
    for piece in (CONTENT[:1_500_000], CONTENT[1_500_000:]):
        sent = await gateway.patch(where, content=piece, headers={**PATCH, "upload-offset": str(offset)})
        offset += len(piece)
        assert (sent.status_code, sent.headers["upload-offset"], sent.content) == (204, str(offset), b"")
        found = await gateway.head(where, headers={"tus-resumable": "1.0.0"})
        assert {
            name: found.headers[name] for name in ("upload-offset", "upload-length", "cache-control")
        } == {
            "upload-offset": str(offset),
            "upload-length": str(len(CONTENT)),
            "cache-control": "no-store",
        }
        assert found.headers["upload-expires"] == "Sun, 29 Nov 2026 20:15:00 GMT"
    assert ingest.received["upload:0"] == CONTENT
    assert (await gateway.get(where)).json()["offset"] == len(CONTENT)
    version = {"tus-resumable": "1.0.0"}
    assert (await gateway.delete(where, headers=version)).status_code == 204
    assert (await gateway.head(where, headers=version)).status_code == 404


async def test_what_arrived_of_a_body_that_breaks_off_is_kept(
    ingest: Ingest, gateway: httpx.AsyncClient
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield CONTENT[:70_000]
        raise ConnectionResetError

    where = (await create(gateway)).headers["location"]
    answer = await gateway.patch(where, content=body(), headers={**PATCH, "upload-offset": "0"})
    assert answer.status_code == 500  # which nobody reads
    assert ingest.received["upload:0"] == CONTENT[:70_000]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_wrong_checksum_is_460(ingest: Ingest, gateway: httpx.AsyncClient, algorithm: str) -> None:
    where = (await create(gateway)).headers["location"]
    checksum = f"{algorithm} {b64encode(hashlib.new(algorithm, CONTENT).digest()).decode()}"
    headers = {**PATCH, "upload-offset": "0", "upload-checksum": checksum}
    wrong = await gateway.patch(where, content=b"x", headers=headers)
    assert (wrong.status_code, ingest.received["upload:0"]) == (460, b"")
    assert wrong.json()["title"] == "Checksum mismatch"
    assert (await gateway.patch(where, content=CONTENT, headers=headers)).status_code == 204


async def test_the_protocol_describes_itself(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.options(PATH)
    assert (answer.status_code, answer.headers["tus-version"]) == (204, "1.0.0")
    assert answer.headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"tus-resumable": "0.2.2"}, 412),
        ({"upload-offset": "7"}, 409),
        ({"upload-offset": "-1"}, 422),
        ({"content-type": "application/octet-stream"}, 415),
        ({"content-encoding": "gzip"}, 415),
        ({"upload-checksum": "sha1 ?"}, 422),
    ],
)
async def test_a_piece_that_does_not_fit_is_refused(
    ingest: Ingest, gateway: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    where = (await create(gateway)).headers["location"]
    answer = await gateway.patch(where, content=b"x", headers={**PATCH, "upload-offset": "0", **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert ingest.received["upload:0"] == b""


async def test_an_upload_of_no_bytes_is_refused_in_words(ingest: Ingest, gateway: httpx.AsyncClient) -> None:
    (error,) = (await create(gateway, **{"upload-length": "0"})).json()["errors"]
    assert (error["field"], error["problem"]) == ("upload-length", "is 0: a file without a byte is no media")


@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
async def test_a_request_without_a_version_is_412_and_is_told_which_is_spoken(
    ingest: Ingest, gateway: httpx.AsyncClient, method: str
) -> None:
    where = PATH if method == "POST" else (await create(gateway)).headers["location"]
    headers = {"upload-length": "5", "upload-offset": "0", "content-type": PATCH["content-type"]}
    answer = await gateway.request(method, where, headers=headers)
    assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")
    assert len(ingest.created) == (0 if method == "POST" else 1)
    assert all(one == b"" for one in ingest.received.values())


@pytest.mark.parametrize(
    "headers", [{"upload-length": ""}, {"upload-length": "0"}, {"upload-metadata": "filename ?"}]
)
async def test_an_upload_that_cannot_be_is_refused(
    ingest: Ingest, gateway: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    assert (await create(gateway, **headers)).status_code == 422
    assert ingest.created == []
