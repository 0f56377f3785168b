"""Which adapter stands behind which port of ingest."""

from __future__ import annotations

from datetime import timedelta

from framewell.ingest.v1.ingest_service_pb2_grpc import add_IngestServiceServicer_to_server
from framewell_ingest.adapters.asset_documents import AssetDocuments
from framewell_ingest.adapters.fetch_jobs import FetchJobs
from framewell_ingest.adapters.fetchers.buckets import BucketFetcher
from framewell_ingest.adapters.fetchers.files import FileFetcher
from framewell_ingest.adapters.fetchers.uploads import Uploads
from framewell_ingest.adapters.fetchers.web import WebFetcher
from framewell_ingest.adapters.object_originals import ObjectOriginals
from framewell_ingest.adapters.sandboxed_reader import SANDBOX_JOBS, SandboxedReader
from framewell_ingest.adapters.upload_sweep import ForgetOldUploads
from framewell_ingest.entrypoints.jobs import fetch_kind
from framewell_ingest.entrypoints.rpc import SERVICE, IngestServicer
from framewell_ingest.entrypoints.stream import Handlers, stages
from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.change_programme import ChangeProgramme
from framewell_ingest.handlers.control_asset import ControlAsset
from framewell_ingest.handlers.fetch_original import FetchOriginal
from framewell_ingest.handlers.note_rejection import NoteRejection
from framewell_ingest.handlers.remove_asset import Erase, RemoveAsset
from framewell_ingest.ports import Fetcher
from framewell_ingest.settings import IngestSettings
from framewell_kit.rpc import Servicer
from framewell_kit.service import Mesh, Service
from framewell_media.sandbox import Sandbox, SandboxPart


async def wire(settings: IngestSettings, mesh: Mesh) -> Service:
    """The whole object graph of ingest."""
    settings.scratch.mkdir(parents=True, exist_ok=True)
    assets = AssetDocuments(mesh.documents, mesh.outbox, mesh.clock)
    await assets.prepare()
    uploads = Uploads(
        mesh.documents,
        mesh.objects,
        assets,
        mesh.clock,
        scratch=settings.scratch,
        most_bytes=settings.most_upload_bytes,
        keep=timedelta(hours=settings.upload_hours),
    )
    web = WebFetcher(settings.scratch, settings.most_bytes, settings.fetch_seconds, settings.inner_hosts)
    fetchers: dict[str, Fetcher] = {
        "file": FileFetcher(settings.roots),
        "upload": uploads,
        "https": web,
        "http": web,
        "s3": BucketFetcher(settings.scratch, settings.buckets, settings.most_bytes),
    }
    sandbox = Sandbox(SANDBOX_JOBS, concurrency=settings.fetches_at_once)
    originals = ObjectOriginals(mesh.objects, settings.most_bytes)
    work = FetchJobs(mesh.jobs)
    fetch = FetchOriginal(
        assets,
        fetchers,
        originals,
        SandboxedReader(sandbox, settings.memory_mib << 20),
        mesh.clock,
        patience=timedelta(hours=settings.patience_hours),
    )
    accept = AcceptRequest(assets, work, mesh.clock)
    removal = RemoveAsset(assets, originals, work)
    servicer = IngestServicer(accept, ControlAsset(assets, work), assets, uploads, mesh.clock)
    handlers = Handlers(accept, NoteRejection(assets), ChangeProgramme(assets), removal, Erase(removal))
    return Service(
        stages=stages(handlers),
        jobs=[fetch_kind(fetch, settings.fetches_at_once)],
        rpc=[Servicer(SERVICE, add_IngestServiceServicer_to_server, servicer)],
        parts=[SandboxPart(sandbox), ForgetOldUploads(uploads, mesh.clock)],
    )
