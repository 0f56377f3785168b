"""Which adapter stands behind which port: the whole of transcode on one page."""

from __future__ import annotations

from framewell_kit.object_references import ObjectReferences
from framewell_kit.readable_objects import FindHeldObject
from framewell_kit.rights_decisions import RightsDecisions
from framewell_kit.service import Mesh, Service
from framewell_media.sandbox import Sandbox, SandboxPart
from framewell_transcode.adapters.asset_jobs import AssetJobs
from framewell_transcode.adapters.asset_progress_documents import AssetProgressDocuments
from framewell_transcode.adapters.kept_picture_documents import KeptPictureDocuments
from framewell_transcode.adapters.material_documents import MaterialDocuments
from framewell_transcode.adapters.sandboxed_pictures import SandboxedPictures
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS, JobLimits, SandboxedProcessor
from framewell_transcode.entrypoints import jobs, rpc, stream
from framewell_transcode.holdings import holdings
from framewell_transcode.ports import Ports
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.steps.forget_asset import ForgetAsset


async def wire(settings: TranscodeSettings, mesh: Mesh, sandbox: Sandbox | None = None) -> Service:
    """Return transcode, built from its settings and the mesh.

    `sandbox` is one that runs already and stays its owner's to close; without one transcode has its own.
    """
    progress, materials = AssetProgressDocuments(mesh.documents), MaterialDocuments(mesh.documents)
    kept_pictures = KeptPictureDocuments(mesh.documents, mesh.clock)
    references = ObjectReferences(mesh.documents, mesh.objects)
    for store in (progress, materials, kept_pictures, references):
        await store.prepare()

    # Two more children than chunks: the sound and the plan of one asset go on beside another's pictures.
    # Pictures that somebody looks at have their own.
    at_once = settings.chunks_at_once + 2 + settings.pictures_at_once
    children = sandbox or Sandbox(SANDBOX_JOBS, concurrency=at_once)
    processor = SandboxedProcessor(
        children,
        mesh.objects,
        mesh.scratch,
        settings.recipe(),
        settings.chunk_seconds,
        JobLimits.within(settings.memory_mib << 20),
    )
    pictures = SandboxedPictures(
        children,
        mesh.objects,
        mesh.scratch,
        settings.recipe(),
        settings.memory_mib << 20,
        settings.pictures_at_once,
    )
    ports = Ports(
        processor,
        pictures,
        kept_pictures,
        progress,
        materials,
        RightsDecisions(mesh.documents, mesh.clock),
        references,
        mesh.objects,
        AssetJobs(mesh.jobs),
    )
    find = FindHeldObject(references, mesh.tombstones)
    tombstones, forget = mesh.tombstones, ForgetAsset(progress, materials, kept_pictures, references)
    table = holdings(forget)
    return Service(
        holdings=table,
        stages=stream.stages(
            ports, tombstones, forget, mesh.erase(table), chunks_at_once=settings.chunks_at_once
        ),
        jobs=jobs.kinds(ports, tombstones, forget),
        rpc=[rpc.servicer(ports, find, tombstones)],
        readable={"asset": find},
        parts=[] if sandbox else [SandboxPart(children)],
    )
