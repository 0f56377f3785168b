"""Which adapter stands behind which port: the whole of transcode on one page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from framewell_kit.object_references import ObjectReferences
from framewell_kit.readable_objects import FindHeldObject
from framewell_kit.rights_decisions import RightsDecisions
from framewell_kit.service import Mesh, Service
from framewell_media.sandbox import Sandbox, SandboxPart
from framewell_transcode.adapters.asset_jobs import AssetJobs
from framewell_transcode.adapters.asset_progress_documents import AssetProgressDocuments
from framewell_transcode.adapters.kept_picture_documents import KeptPictureDocuments
from framewell_transcode.adapters.material_documents import MaterialDocuments
from framewell_transcode.adapters.recording_documents import RecordingDocuments
from framewell_transcode.adapters.recording_jobs import RecordingJobs
from framewell_transcode.adapters.sandboxed_captions import SandboxedCaptions
from framewell_transcode.adapters.sandboxed_pictures import SandboxedPictures
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS, JobLimits, SandboxedProcessor
from framewell_transcode.adapters.sandboxed_segments import WHOLE_SEGMENT_SECONDS, SandboxedSegments
from framewell_transcode.adapters.sandboxed_sound import SandboxedSound
from framewell_transcode.adapters.sandboxed_tables import SandboxedTables
from framewell_transcode.domain.sound_pieces import piece_samples
from framewell_transcode.entrypoints import jobs, recording_jobs, rpc, stream
from framewell_transcode.holdings import holdings
from framewell_transcode.ports.wired import Ports
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.steps.forget_asset import ForgetAsset


async def wire(settings: TranscodeSettings, mesh: Mesh, sandbox: Sandbox | None = None) -> Service:
    """Return transcode, built from its settings and the mesh.

    `sandbox` is one that runs already and stays its owner's to close; without one transcode has its own.
    """
    progress, materials = AssetProgressDocuments(mesh.documents), MaterialDocuments(mesh.documents)
    kept_pictures = KeptPictureDocuments(mesh.documents, mesh.clock)
    references = ObjectReferences(mesh.documents, mesh.objects)
    recordings = RecordingDocuments(mesh.documents, mesh.clock)
    for store in (progress, materials, kept_pictures, references, recordings):
        await store.prepare()

    # More children than chunks: the sound and the plan of one asset go on beside another's pictures, and a
    # live chunk, plan and sound beside all of these.
    # Pictures that somebody looks at have their own, and so have segments of recordings and their sound, live
    # ones beside those that are done again.
    at_once = settings.chunks_at_once + 5 + settings.pictures_at_once + 2 * (settings.segments_at_once + 1)
    children = sandbox or Sandbox(SANDBOX_JOBS, concurrency=at_once)
    processor = SandboxedProcessor(
        children,
        mesh.objects,
        mesh.scratch,
        settings.recipe(),
        settings.chunk_seconds,
        JobLimits.within(settings.memory_mib << 20),
    )
    sounds = SandboxedSound(
        children,
        mesh.objects,
        mesh.scratch,
        settings.chunk_seconds,
        piece_samples(settings.sound_piece_seconds),
        settings.memory_mib << 20,
    )
    pictures = SandboxedPictures(
        children,
        mesh.objects,
        mesh.scratch,
        settings.recipe(),
        settings.memory_mib << 20,
        settings.pictures_at_once,
    )
    segments = SandboxedSegments(
        replace(processor, chunk_seconds=WHOLE_SEGMENT_SECONDS),
        children,
        mesh.objects,
        mesh.scratch,
        processor.limits.chunk,
    )
    ports = Ports(
        processor,
        sounds,
        pictures,
        SandboxedTables(children, mesh.objects, settings.memory_mib << 20),
        kept_pictures,
        progress,
        materials,
        RightsDecisions(mesh.documents, mesh.clock),
        references,
        mesh.objects,
        AssetJobs(mesh.jobs),
        segments,
        recordings,
        RecordingJobs(mesh.jobs),
        SandboxedCaptions(children, mesh.objects, mesh.scratch, processor.limits.plan),
    )
    find = FindHeldObject(references, mesh.tombstones)
    tombstones = mesh.tombstones
    forget = ForgetAsset(progress, materials, kept_pictures, recordings, references)
    table = holdings(forget)
    return Service(
        holdings=table,
        stages=stream.stages(
            ports, tombstones, forget, mesh.erase(table), chunks_at_once=settings.chunks_at_once
        ),
        jobs=[
            *jobs.kinds(ports, tombstones, forget),
            *recording_jobs.kinds(
                ports,
                mesh.clock,
                tombstones,
                forget,
                permits=settings.segments_at_once,
                patience=timedelta(seconds=settings.segment_patience_seconds),
            ),
        ],
        rpc=[rpc.servicer(ports, find, tombstones)],
        readable={"asset": find},
        parts=[] if sandbox else [SandboxPart(children)],
    )
