"""Which adapter stands behind which port: the whole of training on one page."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

from framewell_kit.jobs import Job, Lease
from framewell_kit.service import Mesh, Service
from framewell_training.adapters.job_workshop import JobWorkshop
from framewell_training.adapters.model_documents import StoredModels, StoredRegister
from framewell_training.adapters.model_folders import StoredFolders
from framewell_training.adapters.run_documents import StoredRuns
from framewell_training.adapters.snapshot_documents import StoredSnapshots
from framewell_training.adapters.snapshot_tables import ParquetTables
from framewell_training.adapters.torch_runtime import TorchRuntime
from framewell_training.domain.gate import Limits
from framewell_training.entrypoints import jobs, rpc, stream
from framewell_training.handlers.erase import Erase
from framewell_training.handlers.promote_model import PromoteModel
from framewell_training.handlers.request_run import RequestRun
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.handlers.start_run import StartRun
from framewell_training.handlers.train_run import TrainRun
from framewell_training.handlers.withdraw_snapshot import WithdrawSnapshot
from framewell_training.recipes.identity.heads import Thresholds
from framewell_training.recipes.identity.recipe import IdentityRecipe
from framewell_training.settings import TrainingSettings


async def wire(settings: TrainingSettings, mesh: Mesh) -> Service:
    """Build training from its settings and the mesh."""
    torch = TorchRuntime(settings.device, settings.threads)
    thresholds = Thresholds(settings.hit_distance, settings.review_distance)
    snapshots = StoredSnapshots(mesh.documents)
    runs = StoredRuns(mesh.documents, mesh.outbox, mesh.jobs)
    models = StoredModels(mesh.documents, mesh.clock)
    register = StoredRegister(mesh.documents, mesh.outbox)
    folders = StoredFolders(mesh.objects)
    await snapshots.prepare()
    await runs.prepare()
    await models.prepare()
    register.prepare()

    promoter = PromoteModel(models, register, snapshots, mesh.clock)
    request = RequestRun(runs, mesh.jobs, mesh.clock, thresholds)
    start_requested = StartRequestedRun(snapshots, request)
    train = TrainRun(
        runs=runs,
        snapshots=snapshots,
        tables=ParquetTables(mesh.objects),
        models=models,
        register=register,
        folders=folders,
        recipe=IdentityRecipe(limits_of(settings), settings.calibrate_from, torch.trainer),
        exporter=torch,
        promoter=promoter,
        request=request,
        clock=mesh.clock,
        thresholds=thresholds,
        code_version=version("framewell-training"),
    )
    loop = asyncio.get_running_loop()

    def workshop(job: Job, lease: Lease) -> JobWorkshop:
        return JobWorkshop(job, lease, runs, mesh.objects, loop)

    handlers = stream.Handlers(
        start_run=StartRun(snapshots, runs, request),
        start_requested_run=start_requested,
        withdraw_snapshot=WithdrawSnapshot(snapshots, runs, models, register, promoter),
        erase=Erase(models, register, folders, promoter),
    )
    servicer = rpc.TrainingServicer(start_requested, runs, models, register, promoter, mesh.clock)
    return Service(
        stages=stream.stages(handlers),
        jobs=jobs.job_kinds(jobs.RunJob(train, workshop)),
        rpc=[rpc.servicer(servicer)],
        parts=[torch],
    )


def limits_of(settings: TrainingSettings) -> Limits:
    """The gate's limits as the house set them."""
    return Limits(
        margin=settings.gate_margin,
        recall_loss=settings.gate_recall_loss,
        false_names=settings.gate_false_names,
        false_name_rise=settings.gate_false_name_rise,
        evidence=settings.gate_evidence,
    )
