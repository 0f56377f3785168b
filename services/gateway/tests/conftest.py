"""A gateway on stores in memory and services that answer from what a test puts into them."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.gateway.v1.explanation_pb2 import Backlog
from framewell.gateway.v1.mesh_view_pb2 import (
    DeadLetterCount,
    DiscardDeadLettersRequest,
    DiscardDeadLettersResponse,
    ListDeadLettersRequest,
    ListDeadLettersResponse,
    ProcessTelemetry,
    ReplayDeadLettersRequest,
    ReplayDeadLettersResponse,
)
from framewell.inference.v1.inference_service_pb2 import (
    TryModelRequest,
    TryModelResponse,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell.ingest.v1.ingest_service_pb2 import (
    AppendUploadRequest,
    AppendUploadResponse,
    UploadRequest,
    UploadResponse,
)
from framewell.mesh.v1.operations_service_pb2 import (
    Breaker,
    DescribeWorkResponse,
    SetTelemetryRequest,
    Telemetry,
)
from framewell.objects.v1.object_service_pb2 import FindObjectRequest, FindObjectResponse
from framewell_contracts.cloudevents import Envelope, Event, asset_of
from framewell_contracts.fact_types import fact_type
from framewell_gateway.adapters.event_documents import EventDocuments
from framewell_gateway.adapters.kept_answer_documents import KeptAnswerDocuments
from framewell_gateway.adapters.progress_documents import ProgressDocuments
from framewell_gateway.adapters.summary_documents import SummaryDocuments
from framewell_gateway.adapters.webhook_documents import WebhookDocuments
from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.domain.broker_state import BrokerState, Replica, ServiceReplies
from framewell_gateway.domain.events import Arrivals
from framewell_gateway.entrypoints.access import Access
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.ports import Away, Method
from framewell_gateway.testing import HASHES, ReadModels, access_on
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import NotFound

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


@dataclass
class AnsweringService:
    """Answers each method with the message, list of pages or error that the test put there for it."""

    name: str
    answers: dict[str, Any] = field(default_factory=dict)
    held: dict[tuple[str, str], FindObjectResponse | Exception] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    streams: dict[str, list[Message | Exception]] = field(default_factory=dict)
    away: bool = False

    async def stream(self, method: str, request: Message) -> AsyncIterator[Any]:
        self.asked.append((method, request))
        if self.away:
            raise Away(self.name, "connection refused")
        for given in self.streams.get(method, []):
            if isinstance(given, Exception):
                raise given
            yield given

    def answer(self, method: str, request: Message) -> Message:
        asked = type(request)()
        asked.CopyFrom(request)
        self.asked.append((method, asked))
        if self.away:
            raise Away(self.name, "connection refused")
        given = self.answers.get(method)
        if isinstance(request, FindObjectRequest):
            given = self.held.get((owner_of(request), request.key), given)
        if given is None:
            raise NotFound(f"{self.name} knows nothing of it")
        if isinstance(given, list):
            given = given[int(getattr(request, "page_token", "") or 0)]
        if isinstance(given, Exception):
            raise given
        assert isinstance(given, Message)
        return given


def owner_of(request: FindObjectRequest) -> str:
    """Return what an object is asked for as a part of."""
    model = request.model
    ids = (request.asset_id, request.sample_id, request.snapshot_id, f"{model.name}@{model.version}")
    return next(one for one in ids if one)


@dataclass
class Announcements:
    """Keeps the facts that the gateway announces."""

    facts: list[Message] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    async def announce(self, message: Message, event_id: str = "") -> str:
        name = event_id or f"event-{len(self.facts) + 1}"
        if name not in self.ids:
            self.facts.append(message)
            self.ids.add(name)
        return name


@dataclass
class ScriptedBroker:
    """The broker as a test describes it: what lies there, or why it does not answer."""

    state: BrokerState = field(default_factory=BrokerState)
    away: str = ""

    async def search(self, asset_id: str, since: datetime | None) -> BrokerState:
        if self.away:
            raise Away("the broker", self.away)
        return self.state

    async def backlogs(self) -> list[Backlog]:
        if self.away:
            raise Away("the broker", self.away)
        return [*self.state.backlogs]


_NOTHING_GIVEN_UP: dict[str, type[Message]] = {
    "page": ListDeadLettersResponse,
    "replay": ReplayDeadLettersResponse,
    "discard": DiscardDeadLettersResponse,
}


@dataclass
class ScriptedDeadLetters:
    """What was given up, as a test describes it, or why the broker does not answer."""

    waiting: list[DeadLetterCount] = field(default_factory=list)
    answers: dict[str, Message] = field(default_factory=dict)
    asked: list[tuple[Message, str]] = field(default_factory=list)
    away: str = ""

    async def counts(self) -> list[DeadLetterCount]:
        if self.away:
            raise Away("the broker", self.away)
        return self.waiting

    async def page(self, request: ListDeadLettersRequest) -> Any:
        return self._answer("page", request, "")

    async def replay(self, request: ReplayDeadLettersRequest, by: str) -> Any:
        return self._answer("replay", request, by)

    async def discard(self, request: DiscardDeadLettersRequest, by: str) -> Any:
        return self._answer("discard", request, by)

    def _answer(self, method: str, request: Message, by: str) -> Message:
        if self.away:
            raise Away("the broker", self.away)
        self.asked.append((request, by))
        return self.answers.get(method) or _NOTHING_GIVEN_UP[method]()


@dataclass
class ScriptedOperations:
    """What every service says of itself; ready and without work where a test says nothing."""

    replies: dict[str, ServiceReplies] = field(default_factory=dict)
    resumed: list[str] = field(default_factory=list)
    changes: list[tuple[str, SetTelemetryRequest | None]] = field(default_factory=list)

    async def resume(self, group: str) -> Breaker:
        self.resumed.append(group)
        return Breaker(group=group, half_open=True)

    async def telemetry(
        self, service: str, change: SetTelemetryRequest | None = None
    ) -> list[ProcessTelemetry]:
        self.changes.append((service, change))
        level = change.log_level if change is not None and change.log_level else "info"
        telemetry = Telemetry(log_level=level, trace_sample=1.0)
        return [ProcessTelemetry(service=service, address="127.0.0.1:1", telemetry=telemetry)]

    async def describe(self, service: str, asset_id: str) -> ServiceReplies:
        ready = Replica("127.0.0.1:1", DescribeWorkResponse(ready=True))
        return self.replies.get(service, ServiceReplies(service, [ready]))


@dataclass
class Mesh:
    """Everything around the gateway; the services of the mesh as the gateway's `Services`."""

    ingest: AnsweringService = field(default_factory=lambda: AnsweringService("ingest"))
    transcode: AnsweringService = field(default_factory=lambda: AnsweringService("transcode"))
    inference: AnsweringService = field(default_factory=lambda: AnsweringService("inference"))
    dataset: AnsweringService = field(default_factory=lambda: AnsweringService("dataset"))
    training: AnsweringService = field(default_factory=lambda: AnsweringService("training"))
    uploaded: bytes = b""
    webhook_hosts: tuple[str, ...] = ("127.0.0.1", "mam.example")
    announcements: Announcements = field(default_factory=Announcements)
    broker: ScriptedBroker = field(default_factory=ScriptedBroker)
    dead_letters: ScriptedDeadLetters = field(default_factory=ScriptedDeadLetters)
    operations: ScriptedOperations = field(default_factory=ScriptedOperations)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    arrivals: Arrivals = field(default_factory=lambda: Arrivals(SystemClock()))

    async def call(self, method: Method[Any, Any], request: Message) -> Any:
        service: AnsweringService = getattr(self, method.service)
        return service.answer(method.name, request)

    def stream(self, method: Method[Any, Any], request: Message) -> AsyncIterator[Any]:
        service: AnsweringService = getattr(self, method.service)
        return service.stream(method.name, request)

    async def put(
        self, content: bytes, suffix: str, owner: str = ASSET, service: str = "transcode", **found: Any
    ) -> str:
        """Store an object that a service gives out below an owner; return its key."""
        ref = await self.objects.put(content, media_type="application/octet-stream", suffix=suffix)
        getattr(self, service).held[owner, ref.key] = FindObjectResponse(object=ref, **found)
        return ref.key

    async def upload(self, parts: AsyncIterator[UploadRequest]) -> UploadResponse:
        first = await anext(parts)
        assert first.WhichOneof("part") == "header"
        self.uploaded = b"".join([part.data async for part in parts])
        return UploadResponse(uri="upload:1", size=len(self.uploaded), sha256="0" * 64)

    async def upload_model(self, parts: AsyncIterator[UploadModelRequest]) -> UploadModelResponse:
        async for part in parts:
            answer = self.inference.answer("UploadModel", part)
        assert isinstance(answer, UploadModelResponse)
        return answer

    async def try_model(self, parts: AsyncIterator[TryModelRequest]) -> TryModelResponse:
        async for part in parts:
            answer = self.inference.answer("TryModel", part)
        assert isinstance(answer, TryModelResponse)
        return answer

    async def append_upload(self, parts: AsyncIterator[AppendUploadRequest]) -> AppendUploadResponse:
        raise NotImplementedError

    @cached_property
    def models(self) -> ReadModels:
        return ReadModels(self.documents)

    @property
    def events(self) -> EventDocuments:
        return self.models.events

    @property
    def progress(self) -> ProgressDocuments:
        return self.models.progress

    @property
    def summaries(self) -> SummaryDocuments:
        return self.models.summaries

    def access(self, tokens: Mapping[str, str] | None = None, **more: Any) -> Access:
        return access_on(self.documents, self.announcements, tokens=tokens, **more)

    def context(self, public_url: str = "", tokens: Mapping[str, str] | None = None) -> AppContext:
        return AppContext(
            services=self,
            events=self.events,
            progress=self.progress,
            summaries=self.summaries,
            erasures=self.models.erasures,
            tombstones=self.models.tombstones,
            objects=self.objects,
            broker=self.broker,
            dead_letters=self.dead_letters,
            operations=self.operations,
            announcer=self.announcements,
            webhooks=WebhookDocuments(self.documents),
            webhook_sender=HttpSender(self.webhook_hosts),
            kept_answers=KeptAnswerDocuments(self.documents, SystemClock()),
            clock=SystemClock(),
            access=self.access(tokens),
            public_url=public_url,
        )

    async def happened(self, *messages: Message, source: str = "/test") -> list[str]:
        """Record facts as the stream does; the keys of their events."""
        models = self.models
        record = RecordEvent(models.forget, models.erasures, self.arrivals, HASHES.of)
        keys = []
        for message in messages:
            event_id = f"{message.DESCRIPTOR.full_name}-{message.SerializeToString(deterministic=True).hex()}"
            kind, now = fact_type(message).type, SystemClock().now()
            asset = asset_of(Event(Envelope(event_id, source, kind, now), message))
            cause = Cause(id=event_id, source=source, type=kind, time=now, subject=asset)
            assert await record(message, cause) == ()
            keys.append(f"{source}#{event_id}")
        return keys


@pytest.fixture
def mesh() -> Mesh:
    return Mesh()


OpenGateway = Callable[..., httpx.AsyncClient]


@pytest.fixture
def open_gateway(mesh: Mesh) -> OpenGateway:
    """Makes a caller of a gateway: `base_url` and `headers` are the caller's, the rest the application's."""

    def made(
        *,
        base_url: str = "http://127.0.0.1:7410",
        headers: dict[str, str] | None = None,
        tokens: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> httpx.AsyncClient:
        app = application(mesh.context(tokens=tokens), **settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers)

    return made


@pytest.fixture
async def gateway(open_gateway: OpenGateway) -> AsyncIterator[httpx.AsyncClient]:
    async with open_gateway() as client:
        yield client
