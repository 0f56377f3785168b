"""Ingest as it is wired, on the kit's bench: its inbox is a folder, its objects lie on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import asset_id, requested_asset_id
from framewell_ingest.domain.ends import End
from framewell_ingest.ports import FETCH
from framewell_ingest.settings import IngestSettings
from framewell_ingest.wiring import wire
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.jobs.store import job_of
from framewell_kit.objects import LocalObjects
from framewell_kit.testing.held_lease import HeldLease
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox

SOURCE = "//playout"
"""Who asks in these tests."""

MOST_BYTES = 1 << 20
"""Largest file and upload taken in."""


class IngestBench(ServiceBench):
    """An ingest service with its inbox and objects under a folder; its sandbox runs already."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.stored = LocalObjects(folder / "objects")
        settings = IngestSettings(
            roots=(self.inbox,),
            inner_hosts=("127.0.0.1",),
            most_bytes=MOST_BYTES,
            most_upload_bytes=MOST_BYTES,
            fetch_seconds=20,
            retry_hours=1,
            upload_hours=1,
        )
        wired = partial(wire, sandbox=sandbox)
        super().__init__("ingest", wired, settings, objects=self.stored, parts=False)

    def request_cause(self, event_id: str = "request-1") -> Cause:
        """Return the event that a playout system would have sent."""
        return self.cause(event_id, source=SOURCE, type=fact_type(IngestRequested).type)

    async def accept(self, request: IngestRequested, event_id: str = "request-1") -> str:
        """Deliver a request and return the id of its asset."""
        await self.deliver(request, self.request_cause(event_id))
        return requested_asset_id(request, SOURCE, event_id)

    async def take_in(self, request: IngestRequested, event_id: str = "request-1") -> End | None:
        """Deliver a request and do its fetch; return the end of its asset, None while it has none."""
        wanted = await self.accept(request, event_id)
        await self.run_jobs()
        ends: list[End] = [*self.facts.of(AssetIngested), *self.facts.of(AssetRejected)]
        return next((end for end in ends if end.work.asset_id == wanted), None)

    async def take_in_file(self, path: Path, event_id: str = "request-1") -> End | None:
        """Take in as `take_in`, for a file without any statement."""
        return await self.take_in(IngestRequested(uri=path.as_uri()), event_id)

    async def fetch_unended(self, asset: str) -> Sequence[Outgoing]:
        """Do the work of a fetch as a worker that dies before its job ends; return the facts it made."""
        kind = next(one for one in self.service.jobs if one.kind == FETCH)
        document = await self.documents.get(JOBS, f"{FETCH}/{asset}")
        assert document is not None
        return await kind.work(job_of(document), HeldLease(self.jobs, document))

    async def waits_for(self, event_id: str) -> str:
        """Return why the fetch of a request without an asset id waits."""
        document = await self.documents.get(JOBS, f"{FETCH}/{asset_id(SOURCE, event_id)}")
        return "" if document is None else str(document.get("reason", ""))

    async def upload(
        self, *parts: bytes, name: str = "a.mp4", size: int = 0, sha256: str = ""
    ) -> pb.UploadResponse:
        """Send a file in parts."""

        async def messages() -> AsyncIterator[pb.UploadRequest]:
            yield pb.UploadRequest(header=pb.UploadHeader(file_name=name, size=size, sha256=sha256))
            for part in parts:
                yield pb.UploadRequest(data=part)

        answer: pb.UploadResponse = await self.call("Upload", messages())
        return answer

    async def assets(self, *states: pb.IngestState.ValueType) -> list[pb.IngestAsset]:
        """Return the assets in these states (none: all), newest first."""
        return list((await self.call("ListAssets", pb.ListAssetsRequest(states=states))).assets)

    def stored_files(self) -> list[Path]:
        """Return every object there is."""
        return [path for path in self.stored.root.rglob("*") if path.is_file()]
