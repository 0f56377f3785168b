"""The gateway's object graph: which adapter stands behind which port."""

from framewell_gateway.adapters.announcer import OutboxAnnouncer
from framewell_gateway.adapters.event_log import StoredEventLog
from framewell_gateway.adapters.operations import RemoteOperations
from framewell_gateway.adapters.services import remote_services
from framewell_gateway.adapters.topic_search import TopicSearch
from framewell_gateway.domain.events import Arrivals
from framewell_gateway.domain.principals import is_loopback
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.door import Door
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.entrypoints.stream import stages
from framewell_gateway.handlers.change_rights import ChangeRights
from framewell_gateway.handlers.erase import Erase
from framewell_gateway.handlers.explain_asset import ExplainAsset
from framewell_gateway.handlers.follow_events import FollowEvents
from framewell_gateway.handlers.list_assets import ListAssets
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.handlers.show_asset import ShowAsset
from framewell_gateway.settings import GatewaySettings
from framewell_kit.service import Mesh, Service
from framewell_kit.settings import SERVICES

REST_OFFSET = 10


async def wire(settings: GatewaySettings, mesh: Mesh) -> Service:
    """The gateway. Raises ValueError when it would serve strangers without asking for a token."""
    host = settings.bind or mesh.settings.bind
    require_tokens_for_strangers(host, has_tokens=bool(mesh.settings.tokens))
    log = StoredEventLog(mesh.documents)
    await log.prepare()
    services = remote_services(mesh.channel)
    show_asset = ShowAsset(log, services)
    topics = TopicSearch(mesh.settings.broker_access(), mesh.settings.kafka_prefix)
    addresses = {name: mesh.settings.rpc_address(name) for name in SERVICES}
    operations = RemoteOperations(addresses, mesh.channel_to)
    door = Door(
        services=services,
        log=log,
        objects=mesh.objects,
        show_asset=show_asset,
        explain_asset=ExplainAsset(log, show_asset, topics, operations, mesh.clock),
        list_assets=ListAssets(log, services),
        follow_events=FollowEvents(log, mesh.clock),
        change_rights=ChangeRights(OutboxAnnouncer(mesh.outbox, mesh.clock), mesh.clock),
        public_url=settings.public_url,
    )
    app = application(
        door,
        tokens=mesh.settings.tokens,
        most_body_bytes=settings.most_body_bytes,
        most_upload_bytes=settings.most_upload_bytes,
        kafka_prefix=mesh.settings.kafka_prefix,
    )
    port = settings.port or mesh.settings.port_base + REST_OFFSET
    return Service(
        stages=stages(RecordEvent(log, Arrivals(mesh.clock)), Erase(log)),
        parts=[WebServer(app, host, port)],
    )


def require_tokens_for_strangers(host: str, *, has_tokens: bool) -> None:
    """Raises ValueError, with the way out, when everybody on the network could do everything."""
    if not has_tokens and not is_loopback(host):
        raise ValueError(
            f"REST would listen on {host} for everybody without asking who they are: set FRAMEWELL_TOKENS "
            '({"<token>": "principal/authority"}), or listen on 127.0.0.1'
        )
