"""A gateway on stores in memory and services that answer from what a test puts into them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell_contracts.fact_types import fact_type
from framewell_gateway.adapters.event_log import StoredEventLog
from framewell_gateway.domain.events import Arrivals
from framewell_gateway.domain.whereabouts import Replica, ServiceWork, Whereabouts
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.door import Door
from framewell_gateway.handlers.change_rights import ChangeRights
from framewell_gateway.handlers.explain_asset import ExplainAsset
from framewell_gateway.handlers.follow_events import FollowEvents
from framewell_gateway.handlers.list_assets import ListAssets
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.handlers.show_asset import ShowAsset
from framewell_gateway.ports import Away, Services
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import NotFound


@dataclass
class AnsweringService:
    """Answers each method with the message, list of pages or error that the test named for it."""

    name: str
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    away: bool = False

    def __getattr__(self, method: str) -> Any:
        async def answer(request: Message) -> Message:
            self.asked.append((method, request))
            if self.away:
                raise Away(self.name, "connection refused")
            given = self.answers.get(method)
            if given is None:
                raise NotFound(f"{self.name} knows nothing of it")
            if isinstance(given, Exception):
                raise given
            if isinstance(given, list):
                token = getattr(request, "page_token", "")
                given = given[int(token or 0)]
            assert isinstance(given, Message)
            return given

        return answer


class AnsweringIngest(AnsweringService):
    """Ingest, which also takes uploads."""

    received: bytes = b""

    async def upload(self, parts: AsyncIterator[ingest.UploadRequest]) -> ingest.UploadResponse:
        first = await anext(parts)
        assert first.WhichOneof("part") == "header"
        self.received = b"".join([part.data async for part in parts])
        return ingest.UploadResponse(uri="upload:1", size=len(self.received), sha256="0" * 64)


@dataclass
class Announcements:
    """Keeps what the gateway says to the mesh."""

    said: list[Message] = field(default_factory=list)

    async def announce(self, message: Message) -> str:
        self.said.append(message)
        return f"event-{len(self.said)}"


@dataclass
class Lying:
    """The broker as a test says it is: what lies there, or why it does not answer."""

    where: Whereabouts = field(default_factory=Whereabouts)
    away: str = ""

    async def search(self, asset_id: str, since: datetime | None) -> Whereabouts:
        if self.away:
            raise Away("the broker", self.away)
        return self.where


@dataclass
class Holding:
    """What every service holds; ready and empty-handed where a test says nothing."""

    works: dict[str, ServiceWork] = field(default_factory=dict)

    async def describe(self, service: str, asset_id: str) -> ServiceWork:
        return self.works.get(service, ServiceWork(service, [Replica("127.0.0.1:1", ready=True)]))


@dataclass
class Mesh:
    """Everything around the gateway."""

    ingest: AnsweringIngest = field(default_factory=lambda: AnsweringIngest("ingest"))
    media: AnsweringService = field(default_factory=lambda: AnsweringService("transcode"))
    inference: AnsweringService = field(default_factory=lambda: AnsweringService("inference"))
    dataset: AnsweringService = field(default_factory=lambda: AnsweringService("dataset"))
    training: AnsweringService = field(default_factory=lambda: AnsweringService("training"))
    announcements: Announcements = field(default_factory=Announcements)
    topics: Lying = field(default_factory=Lying)
    operations: Holding = field(default_factory=Holding)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    arrivals: Arrivals = field(default_factory=lambda: Arrivals(SystemClock()))

    @property
    def log(self) -> StoredEventLog:
        return StoredEventLog(self.documents)

    @property
    def services(self) -> Services:
        return Services(
            ingest=self.ingest,
            media=self.media,
            inference=self.inference,
            dataset=self.dataset,
            training=self.training,
        )

    def door(self, public_url: str = "") -> Door:
        clock = SystemClock()
        return Door(
            services=self.services,
            log=self.log,
            objects=self.objects,
            show_asset=ShowAsset(self.log, self.services),
            explain_asset=ExplainAsset(
                self.log, ShowAsset(self.log, self.services), self.topics, self.operations, clock
            ),
            list_assets=ListAssets(self.log, self.services),
            follow_events=FollowEvents(self.log, clock),
            change_rights=ChangeRights(self.announcements, clock),
            public_url=public_url,
        )

    async def happened(self, *messages: Message, source: str = "/test") -> list[str]:
        """Record facts as the stream would; the keys of their events."""
        record = RecordEvent(self.log, self.arrivals)
        keys = []
        for message in messages:
            event_id = f"{message.DESCRIPTOR.full_name}-{message.SerializeToString(deterministic=True).hex()}"
            cause = Cause(id=event_id, source=source, type=fact_type(message).type, time=SystemClock().now())
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
        *, base_url: str = "http://127.0.0.1:7410", headers: dict[str, str] | None = None, **settings: Any
    ) -> httpx.AsyncClient:
        app = application(mesh.door(), **settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers)

    return made


@pytest.fixture
async def gateway(open_gateway: OpenGateway) -> AsyncIterator[httpx.AsyncClient]:
    async with open_gateway() as client:
        yield client
