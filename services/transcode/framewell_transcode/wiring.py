"""Which adapter stands behind which port: the whole of transcode on one page."""

from __future__ import annotations

from framewell_kit.decisions import DecisionLog
from framewell_kit.object_references import ObjectReferences
from framewell_kit.service import Mesh, Service
from framewell_media.sandbox import Sandbox, SandboxPart
from framewell_transcode.adapters.asset_progress_documents import AssetProgressDocuments
from framewell_transcode.adapters.leased_work import LeasedWork
from framewell_transcode.adapters.sandboxed_works import SANDBOX_JOBS, SandboxedWorks, WorkLimits
from framewell_transcode.adapters.scratch import prepare_scratch
from framewell_transcode.commands.extract_audio import ExtractAudio
from framewell_transcode.commands.plan_asset import PlanAsset
from framewell_transcode.entrypoints import jobs, rpc, stream
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_chunks import PlanChunks
from framewell_transcode.handlers.remove_asset import RemoveAsset
from framewell_transcode.handlers.stitch import Stitch
from framewell_transcode.queries.read_media import ReadMedia
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.transcoding.composer import Composer


async def wire(settings: TranscodeSettings, mesh: Mesh, sandbox: Sandbox | None = None) -> Service:
    """Return transcode, built from its settings and the mesh.

    `sandbox` is one that runs already and stays its owner's to close; without one transcode has its own.
    """
    prepare_scratch(settings.scratch)
    progress = AssetProgressDocuments(mesh.documents)
    references = ObjectReferences(mesh.documents, mesh.objects)
    await progress.prepare()
    await references.prepare()

    # Two more children than chunks: the sound and the plan of one asset go on beside another's pictures.
    children = sandbox or Sandbox(SANDBOX_JOBS, concurrency=settings.chunks_at_once + 2)
    works = SandboxedWorks(
        children,
        mesh.objects,
        settings.scratch,
        settings.recipe(),
        settings.chunk_seconds,
        WorkLimits.within(settings.memory_mib << 20),
    )
    queue = LeasedWork(mesh.jobs)
    handlers = stream.Handlers(
        plan_chunks=PlanChunks(progress, queue),
        make_chunk=MakeChunk(works, progress, references),
        stitch=Stitch(progress, references, Composer(works, mesh.objects)),
        remove_asset=RemoveAsset(progress, references),
    )
    plan = PlanAsset(works, mesh.objects, progress, references, queue)
    decisions = DecisionLog(mesh.documents, mesh.clock)
    return Service(
        stages=stream.stages(handlers, decisions, chunks_at_once=settings.chunks_at_once),
        jobs=[jobs.plan_kind(plan), jobs.sound_kind(ExtractAudio(works, progress, references))],
        rpc=[rpc.servicer(ReadMedia(progress, mesh.objects), mesh.objects)],
        parts=[] if sandbox else [SandboxPart(children)],
    )
