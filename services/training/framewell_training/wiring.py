"""Which adapter stands behind which port: the whole of training on one page."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

from framewell_kit.jobs import Job, Lease
from framewell_kit.service import Mesh, Service
from framewell_training.adapters.job_run_context import JobRunContext
from framewell_training.adapters.model_documents import DeploymentDocuments, ModelDocuments
from framewell_training.adapters.object_model_folders import ObjectModelFolders
from framewell_training.adapters.onnx_graphs import OnnxExporter, OnnxReader
from framewell_training.adapters.parquet_snapshot_tables import ParquetTables
from framewell_training.adapters.run_documents import RunDocuments
from framewell_training.adapters.snapshot_documents import SnapshotDocuments
from framewell_training.adapters.source_documents import SourceDocuments
from framewell_training.adapters.training_process import TorchProcesses
from framewell_training.commands.hold_model import HoldModel
from framewell_training.commands.train_run import TrainRun
from framewell_training.domain.judgement import Limits
from framewell_training.entrypoints import jobs, rpc, stream
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.holdings import holdings
from framewell_training.ports import Stores
from framewell_training.queries.find_object import FindModelFile
from framewell_training.queries.preview_training import PreviewTraining
from framewell_training.recipes.identity.heads import Thresholds
from framewell_training.recipes.identity.recipe import IdentityRecipe
from framewell_training.settings import TrainingSettings
from framewell_training.steps.ask_permission import AskPermission
from framewell_training.steps.erase_models import EraseModels
from framewell_training.steps.find_snapshot import FindSnapshot
from framewell_training.steps.make_model import MakeModel
from framewell_training.steps.promote_model import PromoteModel
from framewell_training.steps.read_incumbent import ReadIncumbent
from framewell_training.steps.request_run import RequestRun
from framewell_training.steps.take_away_sources import TakeAwaySources


async def wire(settings: TrainingSettings, mesh: Mesh) -> Service:
    """Build training from its settings and the mesh."""
    torch = TorchProcesses(settings.device, settings.threads)
    thresholds = Thresholds(settings.hit_distance, settings.review_distance)
    limits = limits_of(settings)
    s = Stores(
        snapshots=SnapshotDocuments(mesh.documents),
        runs=RunDocuments(mesh.documents, mesh.outbox, mesh.jobs, mesh.clock),
        models=ModelDocuments(mesh.documents, mesh.clock, mesh.outbox),
        deployments=DeploymentDocuments(mesh.documents, mesh.outbox),
        folders=ObjectModelFolders(mesh.objects),
        sources=SourceDocuments(mesh.documents),
    )
    for each in (s.snapshots, s.runs, s.models, s.deployments, s.sources):
        await each.prepare()

    ask = AskPermission(s.snapshots, mesh.tombstones, s.sources, mesh.settings.name_hashes().of)
    promoter = PromoteModel(s.models, s.deployments, s.folders, ask, mesh.clock)
    take_away = TakeAwaySources(s.sources, s.runs, s.models, s.folders, promoter)
    request = RequestRun(s.runs, mesh.jobs, mesh.clock, thresholds)
    find_snapshot = FindSnapshot(s.snapshots)
    start_requested = StartRequestedRun(find_snapshot, request)
    code = version("framewell-training")
    tables = ParquetTables(mesh.objects)
    recipe = IdentityRecipe(limits, settings.calibrate_from, torch.trainer, settings.false_names)
    train = TrainRun(
        runs=s.runs,
        snapshots=s.snapshots,
        tables=tables,
        sources=s.sources,
        models=s.models,
        deployments=s.deployments,
        recipe=recipe,
        make=MakeModel(s.runs, s.folders, OnnxExporter(), code, limits.evidence),
        incumbent=ReadIncumbent(s.models, s.folders, OnnxReader()),
        ask=ask,
        take_away=take_away,
        promoter=promoter,
        request=request,
        clock=mesh.clock,
        thresholds=thresholds,
    )
    loop = asyncio.get_running_loop()

    def context(job: Job, lease: Lease) -> JobRunContext:
        return JobRunContext(job, lease, s.runs, mesh.objects, loop)

    servicer = rpc.TrainingServicer(
        start=start_requested,
        runs=s.runs,
        models=s.models,
        deployments=s.deployments,
        folders=s.folders,
        promoter=promoter,
        holds=HoldModel(s.models, s.deployments, promoter, mesh.clock),
        preview=PreviewTraining(find_snapshot, request, s.runs, tables, recipe, ask),
        clock=mesh.clock,
    )
    table = holdings(EraseModels(take_away))
    steps = stream.Steps(request, promoter, take_away, mesh.tombstones, mesh.erase(table))
    return Service(
        holdings=table,
        stages=stream.stages(s, steps),
        jobs=jobs.job_kinds(jobs.RunJob(train, context)),
        rpc=[rpc.servicer(servicer)],
        readable={"model": FindModelFile(s.models, ask)},
        parts=[torch],
    )


def limits_of(settings: TrainingSettings) -> Limits:
    """Return the promotion policy's limits from the settings."""
    return Limits(
        margin=settings.promotion_margin,
        recall_loss=settings.promotion_recall_loss,
        false_names=settings.promotion_false_names,
        false_name_rise=settings.promotion_false_name_rise,
        evidence=settings.promotion_evidence,
    )
