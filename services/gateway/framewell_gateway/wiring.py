"""The gateway's object graph: which adapter stands behind which port."""

from framewell_gateway.adapters.announcer import OutboxAnnouncer
from framewell_gateway.adapters.broker_search import KafkaSearch
from framewell_gateway.adapters.erasure_documents import ErasureDocuments
from framewell_gateway.adapters.event_documents import EventDocuments
from framewell_gateway.adapters.operations import RemoteOperations
from framewell_gateway.adapters.progress_documents import ProgressDocuments
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.adapters.summary_documents import SummaryDocuments
from framewell_gateway.domain.principals import is_loopback
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.event_stream_limit import EventStreamLimit
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.entrypoints.stream import stages
from framewell_gateway.handlers.erase_subjects import EraseSubjects
from framewell_gateway.holdings import holdings
from framewell_gateway.settings import GatewaySettings
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kit.service import Mesh, Service

REST_OFFSET = 10


async def wire(settings: GatewaySettings, mesh: Mesh) -> Service:
    """Return the gateway. Raise ValueError when other machines would be served without a token."""
    host = settings.bind or mesh.settings.bind
    require_tokens_beyond_loopback(host, has_tokens=bool(mesh.settings.tokens))
    events, progress = EventDocuments(mesh.documents), ProgressDocuments(mesh.documents)
    summaries, hashes = SummaryDocuments(mesh.documents), mesh.settings.name_hashes()
    erasures = ErasureDocuments(mesh.documents, hashes)
    for store in (events, progress, summaries, erasures):
        await store.prepare()
    context = AppContext(
        services=RemoteServices(mesh.channel),
        events=events,
        progress=progress,
        summaries=summaries,
        erasures=erasures,
        tombstones=mesh.tombstones,
        objects=mesh.objects,
        broker=KafkaSearch(mesh.settings.broker_access(), mesh.settings.kafka_prefix),
        operations=RemoteOperations(mesh.settings.rpc_address, mesh.channel_to),
        announcer=OutboxAnnouncer(mesh.outbox, mesh.clock),
        clock=mesh.clock,
        public_url=settings.public_url,
        erasing_authorities=settings.erasing_authorities,
        stream_limit=EventStreamLimit(settings.most_event_streams_of_caller, settings.most_event_streams),
    )
    app = application(
        context,
        tokens=mesh.settings.tokens,
        most_body_bytes=settings.most_body_bytes,
        most_upload_bytes=settings.most_upload_bytes,
        kafka_prefix=mesh.settings.kafka_prefix,
        cors_origins=settings.cors_origins,
    )
    port = settings.port or mesh.settings.port_base + REST_OFFSET
    forget = ForgetEvents(events, progress, summaries, mesh.tombstones)
    table = holdings(EraseSubjects(forget))
    return Service(
        holdings=table,
        stages=stages(forget, erasures, hashes.of, mesh.clock, mesh.erase(table)),
        parts=[WebServer(app, host, port)],
    )


def require_tokens_beyond_loopback(host: str, *, has_tokens: bool) -> None:
    """Raise ValueError, with the way out, when everybody on the network could do everything."""
    if not has_tokens and not is_loopback(host):
        raise ValueError(
            f"REST would listen on {host} for everybody without asking who they are: set FRAMEWELL_TOKENS "
            '({"<token>": "principal/authority"}), or listen on 127.0.0.1'
        )
