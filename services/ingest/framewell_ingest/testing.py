"""An ingest service in memory: the real reader in a real sandbox, documents in memory, objects on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.cloudevents import Record
from framewell_ingest.adapters.asset_documents import AssetDocuments
from framewell_ingest.adapters.fetch_jobs import FetchJobs
from framewell_ingest.adapters.fetchers.files import FileFetcher
from framewell_ingest.adapters.fetchers.uploads import Uploads
from framewell_ingest.adapters.fetchers.web import WebFetcher
from framewell_ingest.adapters.object_originals import ObjectOriginals
from framewell_ingest.adapters.sandboxed_reader import SandboxedReader
from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.control_asset import ControlAsset
from framewell_ingest.handlers.fetch_original import FetchOriginal
from framewell_ingest.handlers.remove_asset import RemoveAsset
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause, Fact
from framewell_kit.jobs import Jobs
from framewell_kit.objects import LocalObjects
from framewell_kit.outbox import Outbox
from framewell_media.sandbox import Sandbox


def request_cause(event_id: str = "request-1") -> Cause:
    """The event that a playout system would have sent."""
    return Cause(
        id=event_id,
        source="//playout",
        type="framewell.ingest.requested.v1",
        time=datetime(2026, 1, 1, tzinfo=UTC),
    )


@dataclass(slots=True)
class Sent:
    """Where an outbox delivers to in these tests."""

    source: str = "framewell/ingest"
    records: list[Record] = field(default_factory=list)

    async def deliver(self, records: Sequence[Record]) -> None:
        """Keep them."""
        self.records += records


@dataclass(slots=True)
class Ingest:
    """The service, and what its handlers are made of."""

    documents: MemoryDocuments
    objects: LocalObjects
    assets: AssetDocuments
    outbox: Outbox
    sent: Sent
    accept: AcceptRequest
    fetch: FetchOriginal
    control: ControlAsset
    removal: RemoveAsset
    uploads: Uploads
    inbox: Path

    async def take_in(
        self, request: IngestRequested, event_id: str = "request-1"
    ) -> AssetIngested | AssetRejected:
        """Register a request and fetch it at once; how it ended."""
        cause = request_cause(event_id)
        await self.accept(request, cause)
        (newest,) = await self.assets.page([], 1, None)
        (fact,) = await self.fetch(newest.asset_id)
        if not isinstance(fact, Fact) or not isinstance(fact.message, AssetIngested | AssetRejected):
            raise TypeError(f"a fetch ends in asset.ingested or asset.rejected, not in {fact!r}")
        return fact.message

    async def take_in_file(self, path: Path, event_id: str = "request-1") -> AssetIngested | AssetRejected:
        """As `take_in`, for a file without any statement."""
        return await self.take_in(IngestRequested(uri=path.as_uri()), event_id)


def make_ingest(folder: Path, sandbox: Sandbox) -> Ingest:
    """An ingest service with its inbox, objects and scratch under the folder."""
    inbox, scratch = folder / "inbox", folder / "scratch"
    inbox.mkdir()
    scratch.mkdir()
    clock, documents, sent = SystemClock(), MemoryDocuments(), Sent()
    objects = LocalObjects(folder / "objects")
    outbox = Outbox(documents, sent)
    assets = AssetDocuments(documents, outbox, clock)
    uploads = Uploads(documents, objects, assets, clock, scratch, most_bytes=1 << 20, keep=timedelta(hours=1))
    originals = ObjectOriginals(objects, most_bytes=32 << 20)
    work = FetchJobs(Jobs(documents, outbox, clock))
    web = WebFetcher(scratch, most_bytes=1 << 20, most_seconds=20, inner_hosts=("127.0.0.1",))
    fetch = FetchOriginal(
        assets,
        {"file": FileFetcher((inbox,)), "upload": uploads, "https": web, "http": web},
        originals,
        SandboxedReader(sandbox, 1 << 30),
        clock,
        patience=timedelta(hours=1),
    )
    return Ingest(
        documents,
        objects,
        assets,
        outbox,
        sent,
        AcceptRequest(assets, work, clock),
        fetch,
        ControlAsset(assets, work),
        RemoveAsset(assets, originals, work),
        uploads,
        inbox,
    )
