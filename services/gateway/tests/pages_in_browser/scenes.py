"""What a mesh of a broadcaster holds, for tests and pictures of the console's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from PIL import Image, ImageDraw

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.dataset.v1.review_service_pb2 import ListSamplesResponse
from framewell.gateway.v1.mesh_view_pb2 import DeadLetterCount
from framewell.inference.v1.cluster_service_pb2 import ListClustersResponse
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MediaKind, ObjectRef, Programme, Track, Work
from framewell.media.v1.media_service_pb2 import GetFrameResponse
from framewell.training.v1.training_pb2 import VERDICT_WAITS, TrainingCompleted
from framewell.training.v1.training_service_pb2 import Candidate, ListCandidatesResponse
from framewell_kit.outcome_messages import done, failed
from framewell_kit.outcomes import Conflict, NotFound

NOW: Final = datetime.now(UTC).replace(microsecond=0)
HOSTILE: Final = '<img src=x onerror=alert(1)> "quoted" مرحبا\u202e gnihtemos ' + "x" * 200 + " end"


def asset_id(number: int) -> str:
    """Return the id of the asset with this number."""
    return f"1c5b2c1e-0000-4000-8000-{number:012}"


def programme(
    number: int,
    title: str,
    *,
    series: str = "",
    channel: str = "Kanal Eins",
    minutes: float = 30,
    chunks: int = 4,
    analysed: int | None = None,
    broken: int = 0,
    hours_ago: float | None = None,
) -> Iterator[Message]:
    """Yield the facts of a programme that has come so far: `analysed` of its chunks, all unless said."""
    asked = NOW - timedelta(hours=number if hours_ago is None else hours_ago)
    work = Work(asset_id=asset_id(number), generation=1, kind=MediaKind.MEDIA_KIND_VIDEO)
    work.requested_at.FromDatetime(asked)
    about = Programme(title=title, series=series, channel=channel, language="de")
    yield requested(number, about)
    fact = AssetIngested(
        work=work,
        original=ObjectRef(size=int(minutes * 60e6), sha256="a" * 64, media_type="video/mp4"),
        programme=about,
        uri=f"file:///archive/{number}.mxf",
        source="/playout/7",
        revision=2,
        tracks=[Track(codec="h264", width=1920, height=1080)],
    )
    fact.tracks[0].duration.FromTimedelta(timedelta(minutes=minutes))
    yield fact
    done_chunks = chunks if analysed is None else analysed
    for index in range(chunks):
        chunk = {"chunk_id": f"{work.asset_id}/1/{index}", "index": index}
        yield ChunkPlanned(work=work, **chunk)
        bad = index >= chunks - broken
        outcome = failed("unreadable", "the picture data is damaged") if bad else done()
        if index < done_chunks + 1 or bad:
            yield ChunkTranscoded(work=work, outcome=outcome, **chunk)
        if index < done_chunks and not bad:
            yield ChunkAnalysed(work=work, outcome=done(), **chunk)
    if analysed is None:
        yield AssetTranscoded(work=work, outcome=done(), chunk_count=chunks)
        yield AssetAnalysed(work=work, outcome=done())


def requested(number: int, about: Programme) -> IngestRequested:
    """Return the request for a programme."""
    return IngestRequested(asset_id=asset_id(number), uri=f"file:///archive/{number}.mxf", programme=about)


def rejected(number: int, title: str, reason: str) -> Iterator[Message]:
    """Yield the facts of a programme that was refused."""
    work = Work(asset_id=asset_id(number), generation=1)
    work.requested_at.FromDatetime(NOW - timedelta(hours=number))
    yield requested(number, Programme(title=title, channel="Kanal Eins"))
    yield AssetRejected(work=work, code="unreadable", detail=reason, uri=f"file:///archive/{number}.mxf")


def a_day() -> Iterator[Message]:
    """Yield what a day brings: programmes in every state, names as they come."""
    yield from programme(1, "Abendschau vom 30. November", series="Abendschau", analysed=2, chunks=9)
    yield from programme(2, "Tagesthema: Wasser", series="Tagesthema", minutes=58.5, chunks=12)
    yield from rejected(3, "Beitrag Rathaus (Rohschnitt)", "the file ends in the middle of a picture")
    yield from programme(4, "Eileen Collins: first woman to command a Shuttle", channel="Archive", chunks=3)
    yield from programme(5, "Nachtmagazin", series="Nachtmagazin", minutes=25, chunks=8, broken=1)
    yield from programme(6, HOSTILE, series=HOSTILE, chunks=2)
    yield from programme(7, "", channel="", minutes=0.2, chunks=1)
    yield from programme(
        8,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, Teil 2",
        series="Große Dokumentationen der Donauländer",
        minutes=244,
        chunks=120,
        analysed=40,
    )
    yield requested(9, Programme(title="Livestream Parlament", channel="Kanal Zwei"))
    for number in range(10, 24):
        yield from programme(number, f"Lokalzeit Folge {number}", series="Lokalzeit", minutes=29.9, chunks=3)


def picture(text: str, width: int = 320, height: int = 180, shade: int = 90) -> bytes:
    """Return a JPEG with words on it, in a grey."""
    image = Image.new("RGB", (width, height), (shade, shade, shade))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height - 44, width, height - 16), fill=(20, 20, 20))
    draw.text((12, height - 38), text, fill=(235, 235, 235))
    made = BytesIO()
    image.save(made, "JPEG")
    return made.getvalue()


def no_work(mesh: Any) -> None:
    """Let every service say that nothing waits."""
    mesh.dataset.answers["ListSamples"] = ListSamplesResponse()
    mesh.inference.answers["ListClusters"] = ListClustersResponse()
    mesh.training.answers["ListCandidates"] = ListCandidatesResponse()


def work_that_waits(mesh: Any) -> None:
    """Let every kind of work wait."""
    no_work(mesh)
    mesh.dataset.answers["ListSamples"] = ListSamplesResponse(total_size=128)
    unknown = ListClustersResponse()
    for _ in range(17):
        unknown.clusters.add()
    mesh.inference.answers["ListClusters"] = unknown
    candidate = Candidate(completed=TrainingCompleted(verdict=VERDICT_WAITS))
    mesh.training.answers["ListCandidates"] = ListCandidatesResponse(candidates=[candidate])
    mesh.dead_letters.waiting = [DeadLetterCount(group="dataset.propose_samples", count=3)]


def posters(mesh: Any) -> None:
    """Let every programme have a picture."""
    mesh.transcode.answers["GetFrame"] = GetFrameResponse(
        jpeg=picture("Framewell"), key=f"ab/ab{'0' * 62}.jpg"
    )


@dataclass
class ResumableUploads:
    """Ingest's resumable uploads and its intake, in memory; all else is asked of the mesh as before."""

    mesh: Any
    received: dict[str, bytearray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    submitted: list[ingest.SubmitRequest] = field(default_factory=list)
    refusal: Exception | None = None

    def __post_init__(self) -> None:
        self._others = self.mesh.call
        self.mesh.call, self.mesh.append_upload = self.call, self.append

    async def call(self, method: Any, request: Any) -> Any:
        """Answer what is about uploads and intake."""
        if method.name == "CreateUpload":
            uri = f"upload:{len(self.sizes):032x}"
            self.sizes[uri], self.received[uri] = request.size, bytearray()
            return ingest.CreateUploadResponse(upload=self._shown(uri))
        if method.name == "GetUpload":
            return ingest.GetUploadResponse(upload=self._shown(request.uri))
        if method.name == "DeleteUpload":
            self._shown(request.uri)
            del self.received[request.uri]
            return ingest.DeleteUploadResponse()
        if method.name == "Submit":
            if self.refusal is not None:
                raise self.refusal
            self.submitted.append(request)
            return ingest.SubmitResponse(asset_id=asset_id(100 + len(self.submitted)))
        if method.name == "GetAsset" and self.submitted:
            return ingest.GetAssetResponse(asset=self._registered(request.asset_id))
        return await self._others(method, request)

    async def append(self, parts: AsyncIterator[ingest.AppendUploadRequest]) -> ingest.AppendUploadResponse:
        """Keep what arrives, also of a body that breaks off."""
        header = (await anext(parts)).header
        if header.offset != len(self.received[header.uri]):
            raise Conflict("other bytes are next")
        async for part in parts:
            self.received[header.uri] += part.data
        return ingest.AppendUploadResponse(upload=self._shown(header.uri))

    def _registered(self, wanted: str) -> ingest.IngestAsset:
        number = int(wanted[-12:]) - 101
        request = self.submitted[number].request
        made = ingest.IngestAsset(asset_id=wanted, uri=request.uri, programme=request.programme)
        made.requested_at.FromDatetime(NOW)
        return made

    def _shown(self, uri: str) -> ingest.ResumableUpload:
        if uri not in self.received:
            raise NotFound(f"there is no upload {uri!r}")
        expires = Timestamp()
        expires.FromDatetime(NOW + timedelta(hours=24))
        offset = len(self.received[uri])
        return ingest.ResumableUpload(uri=uri, size=self.sizes[uri], offset=offset, expires_at=expires)
