"""Which adapter stands behind which port: the whole of transcode on one page."""

from __future__ import annotations

from framewell_kit.service import Mesh, Service
from framewell_media.sandbox import Sandbox, SandboxPart
from framewell_transcode.adapters.board import DocumentBoard
from framewell_transcode.adapters.proxy_store import BundleFrames, ObjectProxyStore
from framewell_transcode.adapters.queue import JobQueue, PlanWork, SoundWork, job_kinds
from framewell_transcode.adapters.references import DocumentReferences
from framewell_transcode.adapters.sandboxed_works import SANDBOX_JOBS, SandboxedWorks, WorkLimits
from framewell_transcode.adapters.scratch import prepare_scratch
from framewell_transcode.entrypoints import rpc, stream
from framewell_transcode.handlers.extract_audio import ExtractAudio
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_asset import PlanAsset
from framewell_transcode.handlers.plan_chunks import PlanChunks
from framewell_transcode.handlers.read_media import ReadMedia
from framewell_transcode.handlers.remove_asset import Erase, RemoveAsset
from framewell_transcode.handlers.stitch import Completion, Stitch, StitchAudio
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.stitching.compose import Composer


async def wire(settings: TranscodeSettings, mesh: Mesh) -> Service:
    """Build transcode from its settings and the mesh."""
    prepare_scratch(settings.scratch)
    board = DocumentBoard(mesh.documents)
    references = DocumentReferences(mesh.documents, mesh.objects)
    await board.prepare()
    await references.prepare()

    # One more child than chunks: the sound and the plan of one asset go on beside another's pictures.
    sandbox = Sandbox(SANDBOX_JOBS, concurrency=settings.chunks_at_once + 2)
    works = SandboxedWorks(
        sandbox,
        mesh.objects,
        settings.scratch,
        settings.recipe(),
        settings.chunk_seconds,
        WorkLimits.within(settings.memory_mib << 20),
    )
    queue = JobQueue(mesh.jobs)
    completion = Completion(board, references, Composer(works, ObjectProxyStore(mesh.objects)))
    removal = RemoveAsset(board, references)
    handlers = stream.Handlers(
        plan_chunks=PlanChunks(board, queue),
        make_chunk=MakeChunk(works, board, references),
        stitch=Stitch(board, completion),
        stitch_audio=StitchAudio(board, completion),
        remove_asset=removal,
        erase=Erase(removal),
    )
    media = ReadMedia(board, BundleFrames(mesh.objects))
    return Service(
        stages=stream.stages(handlers, chunks_at_once=settings.chunks_at_once),
        jobs=job_kinds(
            PlanWork(PlanAsset(works, board, references, queue)),
            SoundWork(ExtractAudio(works, board, references)),
        ),
        rpc=[rpc.servicer(media, mesh.objects)],
        parts=[SandboxPart(sandbox)],
    )
