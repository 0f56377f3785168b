"""Which adapter stands behind which port: the whole of training on one page."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

from framewell_kit.jobs import Job, Lease
from framewell_kit.service import Mesh, Service
from framewell_training.adapters.job_run_context import JobRunContext
from framewell_training.adapters.model_documents import DeploymentDocuments, ModelDocuments
from framewell_training.adapters.object_model_folders import ObjectModelFolders
from framewell_training.adapters.onnx_graphs import OnnxExporter
from framewell_training.adapters.parquet_snapshot_tables import ParquetTables
from framewell_training.adapters.run_documents import RunDocuments
from framewell_training.adapters.snapshot_documents import SnapshotDocuments
from framewell_training.adapters.training_process import TorchProcesses
from framewell_training.commands.train_run import TrainRun
from framewell_training.domain.promotion import Limits
from framewell_training.entrypoints import jobs, rpc, stream
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.holdings import holdings
from framewell_training.ports import Stores
from framewell_training.recipes.identity.heads import Thresholds
from framewell_training.recipes.identity.recipe import IdentityRecipe
from framewell_training.settings import TrainingSettings
from framewell_training.steps.erase_models import EraseModels
from framewell_training.steps.promote_model import PromoteModel
from framewell_training.steps.request_run import RequestRun


async def wire(settings: TrainingSettings, mesh: Mesh) -> Service:
    """Build training from its settings and the mesh."""
    torch = TorchProcesses(settings.device, settings.threads)
    thresholds = Thresholds(settings.hit_distance, settings.review_distance)
    snapshots = SnapshotDocuments(mesh.documents)
    runs = RunDocuments(mesh.documents, mesh.outbox, mesh.jobs)
    models = ModelDocuments(mesh.documents, mesh.clock)
    deployments = DeploymentDocuments(mesh.documents, mesh.outbox)
    folders = ObjectModelFolders(mesh.objects)
    await snapshots.prepare()
    await runs.prepare()
    await models.prepare()
    deployments.prepare()
    stores = Stores(snapshots, runs, models, deployments, folders)

    promoter = PromoteModel(models, deployments, snapshots, mesh.clock)
    request = RequestRun(runs, mesh.jobs, mesh.clock, thresholds)
    start_requested = StartRequestedRun(snapshots, request)
    train = TrainRun(
        runs=runs,
        snapshots=snapshots,
        tables=ParquetTables(mesh.objects),
        models=models,
        deployments=deployments,
        folders=folders,
        recipe=IdentityRecipe(limits_of(settings), settings.calibrate_from, torch.trainer),
        exporter=OnnxExporter(),
        promoter=promoter,
        request=request,
        clock=mesh.clock,
        thresholds=thresholds,
        code_version=version("framewell-training"),
    )
    loop = asyncio.get_running_loop()

    def context(job: Job, lease: Lease) -> JobRunContext:
        return JobRunContext(job, lease, runs, mesh.objects, loop)

    servicer = rpc.TrainingServicer(start_requested, runs, models, deployments, folders, promoter, mesh.clock)
    table = holdings(EraseModels(models, deployments, folders, promoter))
    return Service(
        holdings=table,
        stages=stream.stages(stores, request, promoter, mesh.erase(table)),
        jobs=jobs.job_kinds(jobs.RunJob(train, context)),
        rpc=[rpc.servicer(servicer)],
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
