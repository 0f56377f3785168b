"""The gateway's object graph: which adapter stands behind which port."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from framewell_contracts.access import Role
from framewell_gateway.adapters.announcer import OutboxAnnouncer
from framewell_gateway.adapters.argon_hasher import ArgonHasher
from framewell_gateway.adapters.attempt_documents import AttemptDocuments
from framewell_gateway.adapters.broker_search import KafkaSearch
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.dead_letters import KafkaDeadLetters
from framewell_gateway.adapters.erasure_documents import ErasureDocuments
from framewell_gateway.adapters.event_documents import EventDocuments
from framewell_gateway.adapters.grpc_relay import GrpcRelay
from framewell_gateway.adapters.kept_answer_documents import KeptAnswerDocuments
from framewell_gateway.adapters.oidc_provider import OidcProvider
from framewell_gateway.adapters.operations import RemoteOperations
from framewell_gateway.adapters.progress_documents import ProgressDocuments
from framewell_gateway.adapters.relay_channels import RelayChannels
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.adapters.session_documents import ApiTokenDocuments, SessionDocuments
from framewell_gateway.adapters.setup_code_documents import SetupCodeDocuments
from framewell_gateway.adapters.setup_code_file import NoLocalMode, SetupCodeFile
from framewell_gateway.adapters.summary_documents import SummaryDocuments
from framewell_gateway.adapters.user_documents import UserDocuments
from framewell_gateway.adapters.webhook_documents import WebhookDocuments
from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.commands.deliver_webhooks import DeliverWebhook
from framewell_gateway.commands.make_setup_code import BeginAccess, MakeSetupCode
from framewell_gateway.domain.principals import is_loopback
from framewell_gateway.domain.signed_addresses import Signer
from framewell_gateway.entrypoints.access import Access, ProviderSettings
from framewell_gateway.entrypoints.admin_client import AdminService
from framewell_gateway.entrypoints.grpc.door import GrpcDoor
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.certificates import CERTIFICATE, KEY, Certificates
from framewell_gateway.entrypoints.http.event_stream_limit import EventStreamLimit
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.entrypoints.posters import PosterService
from framewell_gateway.entrypoints.stream import stages
from framewell_gateway.entrypoints.webhooks import WebhookService
from framewell_gateway.handlers.erase_subjects import EraseSubjects
from framewell_gateway.holdings import holdings
from framewell_gateway.settings import GatewaySettings
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kafka.kept_admin import KeptAdmin
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MongoDocuments
from framewell_kit.hosts_file import written_address
from framewell_kit.rpc.local_mode import LocalMode
from framewell_kit.service import Mesh, Service
from framewell_kit.settings import MeshSettings

REST_OFFSET = 10


async def wire(settings: GatewaySettings, mesh: Mesh) -> Service:
    """Return the gateway. Raise ValueError when other machines would be served without being asked."""
    host = settings.bind or mesh.settings.bind
    can_know = bool(mesh.settings.tokens) or mesh.caller_signer is not None
    require_callers_beyond_loopback(host, can_know=can_know)
    events, progress = EventDocuments(mesh.documents), ProgressDocuments(mesh.documents)
    summaries, hashes = SummaryDocuments(mesh.documents), mesh.settings.name_hashes()
    erasures = ErasureDocuments(mesh.documents, hashes)
    access = await _access(settings, mesh, is_loopback(host))
    webhooks, sender = WebhookDocuments(mesh.documents), HttpSender(settings.webhook_hosts)
    for store in (events, progress, summaries, erasures, webhooks):
        await store.prepare()
    callers, shared = CallerMetadata(mesh.caller_signer), mesh.settings
    admin = KeptAdmin(shared.broker_access())
    context = AppContext(
        services=RemoteServices(mesh.channel, callers),
        events=events,
        progress=progress,
        summaries=summaries,
        erasures=erasures,
        tombstones=mesh.tombstones,
        objects=mesh.objects,
        broker=KafkaSearch(admin, shared.kafka_prefix),
        dead_letters=KafkaDeadLetters(shared.broker_access(), mesh.clock, shared.kafka_prefix),
        operations=RemoteOperations(shared.rpc_address, mesh.channel_to, callers),
        announcer=OutboxAnnouncer(mesh.outbox, mesh.clock),
        webhooks=webhooks,
        webhook_sender=sender,
        kept_answers=KeptAnswerDocuments(mesh.documents, mesh.clock),
        clock=mesh.clock,
        access=access,
        public_url=settings.public_url,
        stream_limit=EventStreamLimit(settings.most_event_streams_of_caller, settings.most_event_streams),
    )
    certificates = certificates_of(settings, host)
    web = _web_server(settings, mesh, context, host, certificates)
    forget = ForgetEvents(events, progress, summaries, mesh.tombstones)
    table = holdings(EraseSubjects(forget))
    deliver = DeliverWebhook(webhooks, events, sender, mesh.clock, holder=uuid4().hex)
    return Service(
        holdings=table,
        stages=stages(forget, erasures, hashes.of, mesh.clock, mesh.erase(table)),
        parts=[
            AdminService(admin),  # first, so that it ends last: until then somebody may look
            web,
            WebhookService(webhooks, events, deliver, mesh.clock),
            PosterService(events, context.show_poster, context.kept_posters, mesh.clock),
        ],
        notes={} if certificates is None else {"certificate": certificates.notes},
    )


def _web_server(
    settings: GatewaySettings,
    mesh: Mesh,
    context: AppContext,
    host: str,
    certificates: Certificates | None,
) -> WebServer:
    """Return the one port: REST and events by the application, gRPC by the door."""
    admit = context.access.admit
    app = application(
        context,
        most_body_bytes=settings.most_body_bytes,
        most_upload_bytes=settings.most_upload_bytes,
        kafka_prefix=mesh.settings.kafka_prefix,
        cors_origins=settings.cors_origins,
    )
    relay, callers = GrpcRelay(_relay_channels(mesh).to), CallerMetadata(mesh.caller_signer)
    return WebServer(
        app,
        host,
        settings.port or mesh.settings.port_base + REST_OFFSET,
        answer_call=GrpcDoor(relay, admit.bearer, callers.of, settings.behind_proxy, admit.holds),
        certificates=certificates,
        proxies=settings.behind_proxy,
        plain_text_from=settings.plain_text_from,
    )


def _relay_channels(mesh: Mesh) -> RelayChannels:
    """Return where calls are passed on to."""
    shared = mesh.settings
    return RelayChannels(
        mesh.channel,
        lambda server: shared.hosts.get(server) or written_address(shared.hosts_file, server),
        shared.rpc_address,
    )


def certificates_of(settings: GatewaySettings, host: str) -> Certificates | None:
    """Return what the port shows, None where it speaks plain text. Raises ValueError, with the way out.

    Plain text leaves this machine only to those that are named.
    """
    if settings.certificate and settings.key:
        return Certificates(Path(settings.certificate), Path(settings.key))
    if settings.certificate or settings.key:
        given, missing = (CERTIFICATE, KEY) if settings.certificate else (KEY, CERTIFICATE)
        raise ValueError(f"{given} is set and {missing} is not: TLS takes a certificate and its key")
    if not is_loopback(host) and not (settings.behind_proxy or settings.plain_text_from):
        raise ValueError(
            f"REST and gRPC would travel in plain text to {host}: set {CERTIFICATE} and {KEY} to PEM files, "
            "or FRAMEWELL_GATEWAY_BEHIND_PROXY to the addresses of the proxy in front where TLS ends, "
            "or listen on 127.0.0.1"
        )
    return None


async def _access(settings: GatewaySettings, mesh: Mesh, on_loopback: bool) -> Access:
    """Return who may call, on the gateway's own database; beyond loopback nobody is trusted unasked."""
    hashes, documents, trusting = mesh.settings.name_hashes(), mesh.documents, mesh.settings.local_mode_file
    has_tokens = bool(mesh.settings.tokens)
    users, sessions, api_tokens = (
        UserDocuments(documents), SessionDocuments(documents), ApiTokenDocuments(documents)
    )  # fmt: skip
    for store in (users, sessions, api_tokens):
        await store.prepare()
    access = Access(
        users=users,
        sessions=sessions,
        api_tokens=api_tokens,
        attempts=AttemptDocuments(documents, hashes),
        setup_codes=SetupCodeDocuments(documents),
        hasher=ArgonHasher(),
        trust=LocalMode(Path(trusting)) if trusting else NoLocalMode(),
        signer=Signer(hashes.of("addresses of objects").encode()),
        announcer=OutboxAnnouncer(mesh.outbox, mesh.clock),
        clock=mesh.clock,
        tokens=mesh.settings.tokens,
        can_sign=mesh.caller_signer is not None and (bool(trusting or has_tokens) or not on_loopback),
        may_be_local=on_loopback,
        provider_settings=_provider(settings),
        idle=timedelta(hours=settings.session_idle_hours),
        longest=timedelta(hours=settings.session_hours),
    )
    make = MakeSetupCode(access.setup_codes, SetupCodeFile(settings.setup_code_file), mesh.clock)
    await BeginAccess(
        users,
        access.setup_codes,
        make,
        access.trust,
        mesh.clock,
        has_tokens or not on_loopback,
        access.can_sign,
    )()
    return access


def _provider(settings: GatewaySettings) -> ProviderSettings | None:
    """Return the identity provider of the house; None without one."""
    if not settings.oidc_issuer:
        return None
    identities = OidcProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.oidc_scope,
        settings.oidc_login_claim,
        settings.oidc_role_claim,
    )
    roles = {word: Role(role) for word, role in settings.oidc_roles.items()}
    return ProviderSettings(settings.oidc_label, identities, roles)


async def setup_code(settings: GatewaySettings, shared: MeshSettings) -> tuple[str, str]:
    """Return a new code for an administrator, and the file that holds it too. Raises Busy and OSError."""
    documents = MongoDocuments(shared.mongo, f"{shared.database_prefix}gateway")
    make = MakeSetupCode(
        SetupCodeDocuments(documents),
        SetupCodeFile(settings.setup_code_file),
        SystemClock(shared.clock_skew_seconds),
    )
    return await make()


def require_callers_beyond_loopback(host: str, *, can_know: bool) -> None:
    """Raise ValueError, with the way out, when everybody on the network could do everything."""
    if not can_know and not is_loopback(host):
        raise ValueError(
            f"REST would listen on {host} for everybody without asking who they are: set FRAMEWELL_TOKENS "
            '({"<token>": "principal/role"}), or FRAMEWELL_CALLER_KEY_FILE for users, or listen on 127.0.0.1'
        )
