"""Which adapter stands behind which port of ingest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from framewell.ingest.v1.ingest_service_pb2_grpc import add_IngestServiceServicer_to_server
from framewell_ingest.adapters.asset_documents import AssetDocuments
from framewell_ingest.adapters.fetch_jobs import FetchJobs
from framewell_ingest.adapters.fetchers.buckets import BucketFetcher
from framewell_ingest.adapters.fetchers.files import FileFetcher
from framewell_ingest.adapters.fetchers.partial_files import PartialFiles
from framewell_ingest.adapters.fetchers.web import WebFetcher
from framewell_ingest.adapters.original_objects import OriginalObjects
from framewell_ingest.adapters.recording_documents import RecordingDocuments
from framewell_ingest.adapters.resumable_uploads import ResumableUploads
from framewell_ingest.adapters.sandboxed_reader import SANDBOX_JOBS, SandboxedReader
from framewell_ingest.adapters.segment_jobs import SegmentJobs
from framewell_ingest.adapters.trust_lists import TrustLists
from framewell_ingest.adapters.upload_documents import UploadDocuments
from framewell_ingest.commands.close_recording import CloseRecording
from framewell_ingest.commands.control_asset import ControlAsset
from framewell_ingest.commands.fetch_original import FetchOriginal
from framewell_ingest.commands.fetch_segment import FetchSegment
from framewell_ingest.commands.submit_request import SubmitRequest
from framewell_ingest.entrypoints.jobs import fetch_kind, segment_kinds
from framewell_ingest.entrypoints.rpc import SERVICE, IngestServicer
from framewell_ingest.entrypoints.stream import stages
from framewell_ingest.entrypoints.upload_sweep import UploadSweep
from framewell_ingest.handlers.accept_segment import AcceptSegment
from framewell_ingest.holdings import holdings
from framewell_ingest.ports import Fetcher
from framewell_ingest.queries.watch_assets import WatchAssets
from framewell_ingest.settings import IngestSettings
from framewell_ingest.steps.bring_within_reach import BringWithinReach
from framewell_ingest.steps.find_same_content import FindSameContent
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_ingest.steps.raise_generation import RaiseGeneration
from framewell_ingest.steps.refuse_gone import RefuseGone
from framewell_ingest.steps.register_asset import RegisterAsset
from framewell_kit.jobs import JobKind
from framewell_kit.object_references import ObjectReferences
from framewell_kit.readable_objects import FindHeldObject
from framewell_kit.rpc import Servicer
from framewell_kit.scratch import PREFIX
from framewell_kit.service import Mesh, Service
from framewell_media.sandbox import Sandbox, SandboxPart


@dataclass(frozen=True, slots=True)
class _Stores:
    """What ingest keeps, ready for use."""

    assets: AssetDocuments
    recordings: RecordingDocuments
    uploads: UploadDocuments
    downloads: PartialFiles
    originals: OriginalObjects
    references: ObjectReferences

    @classmethod
    async def of(cls, settings: IngestSettings, mesh: Mesh) -> _Stores:
        references = ObjectReferences(mesh.documents, mesh.objects)
        await references.prepare()
        assets = AssetDocuments(mesh.documents, mesh.outbox, mesh.clock)
        recordings = RecordingDocuments(mesh.documents, mesh.outbox, mesh.clock)
        uploads = UploadDocuments(
            mesh.documents,
            mesh.objects,
            references,
            mesh.clock,
            scratch=mesh.scratch,
            most_bytes=settings.most_upload_bytes,
            keep=timedelta(hours=settings.upload_hours),
        )
        for store in (assets, recordings, uploads):
            await store.prepare()
        downloads = PartialFiles(_kept_apart(mesh.scratch), mesh.scratch, 3600 * settings.retry_hours)
        originals = OriginalObjects(mesh.objects, references, settings.most_bytes)
        return cls(assets, recordings, uploads, downloads, originals, references)


async def wire(settings: IngestSettings, mesh: Mesh, sandbox: Sandbox | None = None) -> Service:
    """Return ingest as it is put together from its adapters; `sandbox` is one that runs already."""
    stores = await _Stores.of(settings, mesh)
    assets, recordings = stores.assets, stores.recordings
    # One more than fetches: a live one goes on beside them.
    children = sandbox or Sandbox(
        SANDBOX_JOBS, concurrency=settings.fetches_at_once + 1 + settings.segments_at_once
    )
    queue, segments = FetchJobs(mesh.jobs), SegmentJobs(mesh.jobs)
    refuse_gone = RefuseGone(mesh.tombstones, mesh.settings.name_hashes())
    register = RegisterAsset(assets, queue, mesh.clock, refuse_gone)
    forget = ForgetAsset(
        assets, recordings, stores.originals, stores.uploads, stores.downloads, mesh.tombstones
    )
    raise_generation = RaiseGeneration(assets, recordings, segments)
    accept_segment = AcceptSegment(assets, recordings, register, segments, mesh.clock)
    servicer = IngestServicer(
        SubmitRequest(register, stores.uploads),
        ControlAsset(assets, queue, raise_generation),
        WatchAssets(assets, mesh.clock),
        assets,
        stores.uploads,
        ResumableUploads(stores.uploads, settings.most_open_uploads),
        mesh.clock,
    )
    table = holdings(forget)
    return Service(
        holdings=table,
        stages=stages(
            assets,
            register,
            segment=accept_segment,
            raise_generation=raise_generation,
            tombstones=mesh.tombstones,
            forget=forget,
            erase=mesh.erase(table),
        ),
        jobs=_jobs(settings, mesh, stores, children, forget),
        rpc=[Servicer(SERVICE, add_IngestServiceServicer_to_server, servicer)],
        readable={"asset": FindHeldObject(stores.references, mesh.tombstones)},
        parts=[
            *([] if sandbox else [SandboxPart(children)]),
            UploadSweep(stores.uploads, stores.downloads, mesh.clock),
        ],
    )


def _jobs(
    settings: IngestSettings, mesh: Mesh, stores: _Stores, children: Sandbox, forget: ForgetAsset
) -> list[JobKind]:
    """Return what fetches originals and segments, and closes recordings."""
    assets, recordings, segments = stores.assets, stores.recordings, SegmentJobs(mesh.jobs)
    refuse_gone = RefuseGone(mesh.tombstones, mesh.settings.name_hashes())
    fetchers = _fetchers(settings, stores.uploads, stores.downloads, mesh.scratch)
    within_reach = BringWithinReach(fetchers, stores.originals)
    reader = SandboxedReader(children, settings.memory_mib << 20, TrustLists(settings.trust_lists))
    silence = timedelta(seconds=settings.close_after_silence_seconds)
    fetch = FetchOriginal(
        assets,
        within_reach,
        stores.originals,
        reader,
        FindSameContent(assets),
        refuse_gone,
        mesh.clock,
        retry_for=timedelta(hours=settings.retry_hours),
    )
    fetch_segment = FetchSegment(
        assets,
        recordings,
        within_reach,
        stores.originals,
        reader,
        refuse_gone,
        segments,
        mesh.clock,
        retry_for=silence,
    )
    close_recording = CloseRecording(
        assets,
        recordings,
        RaiseGeneration(assets, recordings, segments),
        mesh.clock,
        after_last=timedelta(seconds=settings.close_after_last_seconds),
        after_silence=silence,
    )
    return [
        fetch_kind(fetch, mesh.tombstones, forget, settings.fetches_at_once),
        *segment_kinds(fetch_segment, close_recording, mesh.tombstones, forget, settings.segments_at_once),
    ]


def _kept_apart(scratch: Path) -> Path:
    """Return a folder for files that outlive this process, on the disk of its scratch folder."""
    shared = scratch.parent if scratch.name.startswith(PREFIX) else scratch
    return shared / "downloads"


def _fetchers(
    settings: IngestSettings, uploads: UploadDocuments, downloads: PartialFiles, scratch: Path
) -> dict[str, Fetcher]:
    """Return the fetcher of each scheme that a URI may have."""
    web = WebFetcher(
        downloads,
        settings.most_bytes,
        settings.fetch_seconds,
        settings.inner_hosts,
        logins=settings.logins,
    )
    return {
        "file": FileFetcher(settings.roots),
        "upload": uploads,
        "https": web,
        "http": web,
        "s3": BucketFetcher(scratch, settings.buckets, settings.most_bytes),
    }
