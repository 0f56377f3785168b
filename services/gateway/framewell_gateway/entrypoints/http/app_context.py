"""Everything the routes delegate to."""

from dataclasses import dataclass, field, replace

from starlette.requests import Request

from framewell_gateway.entrypoints.http.event_stream_limit import EventStreamLimit
from framewell_gateway.ports import (
    Announcer,
    BrokerSearch,
    ErasureRepository,
    EventRepository,
    Operations,
    ProgressRepository,
    Services,
    SummaryRepository,
)
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_kit.clock import Clock
from framewell_kit.objects.protocol import Objects
from framewell_kit.tombstones import Tombstones


@dataclass(frozen=True, slots=True)
class AppContext:
    """The ports of the gateway, for whatever a route does with them.

    `public_url` is the address others know this gateway by; empty: the one each request came to.
    """

    services: Services
    events: EventRepository
    progress: ProgressRepository
    summaries: SummaryRepository
    erasures: ErasureRepository
    tombstones: Tombstones
    objects: Objects
    broker: BrokerSearch
    operations: Operations
    announcer: Announcer
    clock: Clock
    public_url: str = ""
    erasing_authorities: frozenset[str] = frozenset({"rights", "admin", "local"})
    stream_limit: EventStreamLimit = field(default_factory=EventStreamLimit)

    @property
    def asset_progress(self) -> AssetProgress:
        """Return the query that says where an asset stands."""
        return AssetProgress(self.progress, self.summaries, self.services, self.tombstones)

    def playlist_url(self, asset_id: str) -> str:
        """Return where a player opens an asset, as an absolute address that stays."""
        return f"{self.public_url.rstrip('/')}/v1/assets/{asset_id}/playlist/master.m3u8"


def context_of(request: Request) -> AppContext:
    """Return the context of the application that serves this request, with a public address in any case."""
    context = request.app.state.context
    if not isinstance(context, AppContext):
        raise TypeError("the application was made without a context")
    return context if context.public_url else replace(context, public_url=str(request.base_url))
