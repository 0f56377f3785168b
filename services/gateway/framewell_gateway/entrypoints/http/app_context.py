"""Everything the routes delegate to."""

from dataclasses import dataclass, field, replace

from starlette.requests import Request

from framewell_gateway.entrypoints.access import Access
from framewell_gateway.entrypoints.http.event_stream_limit import EventStreamLimit
from framewell_gateway.entrypoints.http.event_texts import EventTexts
from framewell_gateway.ports import (
    Announcer,
    BrokerSearch,
    DeadLetters,
    ErasureRepository,
    EventRepository,
    Operations,
    ProgressRepository,
    Services,
    SummaryRepository,
)
from framewell_gateway.ports.kept_answers import KeptAnswers
from framewell_gateway.ports.webhooks import WebhookRepository, WebhookSender
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_gateway.queries.follow_mesh import FollowMesh
from framewell_gateway.queries.show_poster import ShowPoster
from framewell_gateway.steps.keep_posters import KeepPosters
from framewell_gateway.steps.share_looks import ShareLooks
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
    dead_letters: DeadLetters
    operations: Operations
    announcer: Announcer
    webhooks: WebhookRepository
    webhook_sender: WebhookSender
    kept_answers: KeptAnswers
    clock: Clock
    access: Access
    public_url: str = ""
    stream_limit: EventStreamLimit = field(default_factory=EventStreamLimit)
    event_texts: EventTexts = field(default_factory=EventTexts)
    feed: FollowMesh | None = None
    looks: ShareLooks | None = None
    posters: KeepPosters | None = None

    def __post_init__(self) -> None:
        """Make what all requests share: the feed of events, looks at the mesh, posters."""
        if self.feed is None:
            object.__setattr__(self, "feed", FollowMesh(self.events, self.clock))
        if self.looks is None:
            object.__setattr__(self, "looks", ShareLooks(self.clock))
        if self.posters is None:
            object.__setattr__(self, "posters", KeepPosters(self.clock))

    @property
    def follow_mesh(self) -> FollowMesh:
        """Return the feed of the events of the whole mesh."""
        if self.feed is None:
            raise TypeError("a context has a feed")
        return self.feed

    @property
    def shared_looks(self) -> ShareLooks:
        """Return the looks at the mesh that all who ask share."""
        if self.looks is None:
            raise TypeError("a context has looks")
        return self.looks

    @property
    def asset_progress(self) -> AssetProgress:
        """Return the query that says where an asset stands."""
        return AssetProgress(self.progress, self.summaries, self.services, self.tombstones)

    @property
    def kept_posters(self) -> KeepPosters:
        """Return what is kept of posters."""
        if self.posters is None:
            raise TypeError("a context has posters")
        return self.posters

    @property
    def show_poster(self) -> ShowPoster:
        """Return the query for the picture that stands for an asset."""
        return ShowPoster(self.services, self.asset_progress, self.kept_posters, self.tombstones)

    def playlist_url(self, asset_id: str) -> str:
        """Return where a player opens an asset, as an absolute address that stays."""
        return f"{self.public_url.rstrip('/')}/v1/assets/{asset_id}/playlist/master.m3u8"


def context_of(request: Request) -> AppContext:
    """Return the context of the application that serves this request, with a public address in any case."""
    context = request.app.state.context
    if not isinstance(context, AppContext):
        raise TypeError("the application was made without a context")
    return context if context.public_url else replace(context, public_url=str(request.base_url))
