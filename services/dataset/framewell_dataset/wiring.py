"""Which adapter stands behind which port: the whole of dataset on one page."""

from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_dataset.adapters.analysis_objects import AnalysisObjects
from framewell_dataset.adapters.asset_documents import AssetDocuments
from framewell_dataset.adapters.audit_documents import AuditDocuments
from framewell_dataset.adapters.background_face_documents import BackgroundFaceDocuments
from framewell_dataset.adapters.chunk_documents import ChunkDocuments
from framewell_dataset.adapters.class_documents import ClassDocuments
from framewell_dataset.adapters.completion_jobs import KIND as COMPLETE
from framewell_dataset.adapters.completion_jobs import CompletionJobs
from framewell_dataset.adapters.dataset_documents import DatasetDocuments
from framewell_dataset.adapters.forgotten_name_documents import ForgottenNameDocuments
from framewell_dataset.adapters.ledger_documents import LedgerDocuments
from framewell_dataset.adapters.picture_objects import PictureObjects
from framewell_dataset.adapters.publish_jobs import KIND as PUBLISH
from framewell_dataset.adapters.publish_jobs import PublishJobs
from framewell_dataset.adapters.repeat_documents import RepeatDocuments
from framewell_dataset.adapters.sample_documents import SampleDocuments
from framewell_dataset.adapters.snapshot_documents import SnapshotDocuments
from framewell_dataset.adapters.snapshot_export_objects import SnapshotExportObjects
from framewell_dataset.adapters.snapshot_table_objects import SnapshotTableObjects
from framewell_dataset.adapters.statement_documents import StatementDocuments
from framewell_dataset.adapters.vector_documents import VectorDocuments
from framewell_dataset.commands.create_dataset import CreateDataset
from framewell_dataset.commands.export_snapshot import ExportSnapshot
from framewell_dataset.commands.manage_classes import ManageClasses
from framewell_dataset.commands.propose_along_shots import ProposeAlongShots
from framewell_dataset.commands.propose_sample import ProposeSample
from framewell_dataset.commands.publish_now import PublishNow
from framewell_dataset.commands.publish_snapshot import PublishSnapshot
from framewell_dataset.commands.recheck_terms import RecheckTerms
from framewell_dataset.commands.review_samples import ReviewSamples
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.house_rules import HouseRule, read_house_rules
from framewell_dataset.domain.rights import HousePolicy
from framewell_dataset.domain.snapshots import IDENTITY
from framewell_dataset.entrypoints import jobs, stream
from framewell_dataset.entrypoints.rpc import catalogue, review, rights, snapshots
from framewell_dataset.handlers.change_programme import ChangeProgramme
from framewell_dataset.handlers.change_rights import ChangeRights
from framewell_dataset.handlers.complete_asset import CompleteAsset
from framewell_dataset.handlers.erase import EraseAsset, EraseClass, EraseHolder
from framewell_dataset.handlers.keep_audit import KeepAudit
from framewell_dataset.handlers.propose_samples import ProposeSamples
from framewell_dataset.handlers.record_usage import RecordUsage
from framewell_dataset.handlers.register_asset import RegisterAsset
from framewell_dataset.handlers.remove_asset import RemoveAsset
from framewell_dataset.handlers.request_snapshot import RequestSnapshot
from framewell_dataset.queries.list_ledger import ListLedger
from framewell_dataset.queries.preview_rights import PreviewRights
from framewell_dataset.queries.read_snapshot import ReadSnapshot
from framewell_dataset.queries.show_rights import ShowRights
from framewell_dataset.queries.verify_audit import VerifyAudit
from framewell_dataset.rules import lower_third_face
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.make_sample import MakeSample
from framewell_dataset.steps.name_candidate import NameCandidate
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_dataset.steps.register_candidate import RegisterCandidate
from framewell_dataset.steps.rights_change import RightsChangePolicy
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.jobs import JobKind
from framewell_kit.service import Mesh, Service

AT_ONCE = 4
"""Jobs of a kind at once: as many as a small machine has cores for."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that keeps something: documents, objects, queues."""

    assets: AssetDocuments
    chunks: ChunkDocuments
    statements: StatementDocuments
    datasets: DatasetDocuments
    classes: ClassDocuments
    forgotten: ForgottenNameDocuments
    samples: SampleDocuments
    vectors: VectorDocuments
    repeats: RepeatDocuments
    background: BackgroundFaceDocuments
    snapshots: SnapshotDocuments
    ledger: LedgerDocuments
    audit: AuditDocuments
    analyses: AnalysisObjects
    pictures: PictureObjects
    tables: SnapshotTableObjects


@dataclass(frozen=True, slots=True)
class Steps:
    """What handlers, commands and queries share."""

    gate: RightsGate
    policy: RightsChangePolicy
    upkeep: SnapshotUpkeep
    reconsider: ReconsiderAsset
    register: RegisterCandidate
    forget: ForgetSamples
    take_away: TakeAwayAsset


async def wire(settings: DatasetSettings, mesh: Mesh) -> Service:
    """Build dataset from its settings and the mesh."""
    stores = await prepared_stores(mesh)
    if settings.default_dataset:
        await stores.datasets.add(default_dataset(settings.default_dataset))
    steps = shared_steps(settings, mesh, stores)
    publish = PublishSnapshot(
        stores.datasets,
        stores.samples,
        stores.vectors,
        stores.repeats,
        stores.background,
        stores.snapshots,
        stores.tables,
        steps.register.changes,
        mesh.clock,
    )
    recheck = RecheckTerms(stores.assets, steps.reconsider, mesh.clock)
    return Service(
        stages=stream.stages(handlers(mesh, stores, steps), DecisionLog(mesh.documents)),
        jobs=[
            JobKind(
                PUBLISH, jobs.PublishJob(publish, mesh.clock, settings.debounce_seconds), permits=AT_ONCE
            ),
            JobKind(COMPLETE, jobs.CompletionJob(propose_along_shots(stores, steps)), permits=AT_ONCE),
        ],
        rpc=[
            catalogue.servicer(catalogue_servicer(stores, steps)),
            review.servicer(review_servicer(mesh, stores, steps)),
            snapshots.servicer(snapshot_servicer(mesh, stores, publish)),
            rights.servicer(rights_servicer(stores, steps)),
        ],
        parts=[jobs.RightsTerms(recheck, mesh.clock, settings.recheck_seconds)],
    )


async def prepared_stores(mesh: Mesh) -> Stores:
    """Build what keeps something, with its indexes made."""
    documents, objects = mesh.documents, mesh.objects
    indexed = (
        AssetDocuments(documents),
        ChunkDocuments(documents),
        DatasetDocuments(documents),
        ClassDocuments(documents),
        SampleDocuments(documents, mesh.outbox),
        RepeatDocuments(documents),
        BackgroundFaceDocuments(documents, mesh.clock),
        SnapshotDocuments(documents, mesh.outbox),
        LedgerDocuments(documents),
        AuditDocuments(documents),
    )
    for store in indexed:
        await store.prepare()
    assets, chunks, datasets, classes, samples, repeats, background, kept, ledger, audit = indexed
    return Stores(
        assets=assets,
        chunks=chunks,
        statements=StatementDocuments(documents),
        datasets=datasets,
        classes=classes,
        forgotten=ForgottenNameDocuments(documents),
        samples=samples,
        vectors=VectorDocuments(documents),
        repeats=repeats,
        background=background,
        snapshots=kept,
        ledger=ledger,
        audit=audit,
        analyses=AnalysisObjects(objects),
        pictures=PictureObjects(objects),
        tables=SnapshotTableObjects(objects),
    )


def shared_steps(settings: DatasetSettings, mesh: Mesh, stores: Stores) -> Steps:
    """Build the steps in order of who uses whom."""
    s = stores
    gate = RightsGate(s.assets, s.statements, house_of(settings), house_rules_of(settings), mesh.clock)
    upkeep = SnapshotUpkeep(s.datasets, s.snapshots, PublishJobs(mesh.jobs))
    changes = SampleChanges(s.samples, gate, upkeep)
    register = RegisterCandidate(
        s.samples,
        s.vectors,
        s.repeats,
        NameCandidate(s.samples, s.vectors, s.classes, s.forgotten),
        MakeSample(s.pictures, gate, mesh.clock),
        gate,
        changes,
        mesh.clock,
        settings.quota,
    )
    forget = ForgetSamples(s.samples, s.vectors, s.repeats, s.snapshots, s.pictures, changes)
    return Steps(
        gate=gate,
        policy=RightsChangePolicy(s.assets, settings.permitting_authorities),
        upkeep=upkeep,
        reconsider=ReconsiderAsset(s.samples, gate, changes),
        register=register,
        forget=forget,
        take_away=TakeAwayAsset(s.assets, s.chunks, s.statements, s.samples, s.repeats, s.background, forget),
    )


def handlers(mesh: Mesh, stores: Stores, steps: Steps) -> stream.Handlers:
    """Build what answers facts."""
    s = stores
    erase_asset = EraseAsset(steps.take_away)
    return stream.Handlers(
        register_asset=RegisterAsset(s.assets, s.statements, steps.reconsider, mesh.clock),
        propose_samples=ProposeSamples(s.assets, s.chunks, s.datasets, s.analyses, steps.register),
        complete_asset=CompleteAsset(s.assets, CompletionJobs(mesh.jobs)),
        change_rights=ChangeRights(steps.policy, s.statements, steps.reconsider),
        change_programme=ChangeProgramme(s.assets, steps.reconsider),
        record_usage=RecordUsage(s.ledger),
        keep_audit=KeepAudit(s.audit),
        request_snapshot=RequestSnapshot(steps.upkeep),
        remove_asset=RemoveAsset(steps.take_away),
        erase=Erase(
            mesh.service,
            asset=erase_asset,
            class_=EraseClass(s.classes, s.forgotten, s.samples, steps.forget),
            holder=EraseHolder(s.assets, erase_asset),
        ),
    )


def propose_along_shots(stores: Stores, steps: Steps) -> ProposeAlongShots:
    """Build the look at a whole asset."""
    s = stores
    return ProposeAlongShots(
        s.assets,
        s.chunks,
        s.datasets,
        s.analyses,
        s.samples,
        s.vectors,
        s.repeats,
        s.background,
        steps.register,
    )


def catalogue_servicer(stores: Stores, steps: Steps) -> catalogue.CatalogueServicer:
    """Build what answers calls about datasets and classes."""
    s = stores
    manage = ManageClasses(s.datasets, s.classes, s.samples, steps.upkeep)
    return catalogue.CatalogueServicer(s.datasets, s.classes, CreateDataset(s.datasets), manage)


def review_servicer(mesh: Mesh, stores: Stores, steps: Steps) -> review.ReviewServicer:
    """Build what answers calls about samples."""
    s, register = stores, steps.register
    return review.ReviewServicer(
        samples=s.samples,
        repeats=s.repeats,
        classes=s.classes,
        propose=ProposeSample(s.assets, s.chunks, s.datasets, s.classes, s.analyses, register),
        review=ReviewSamples(s.samples, s.classes, steps.gate, register.changes, steps.upkeep, mesh.clock),
        clock=mesh.clock,
    )


def snapshot_servicer(mesh: Mesh, stores: Stores, publish: PublishSnapshot) -> snapshots.SnapshotServicer:
    """Build what answers calls about snapshots."""
    s = stores
    return snapshots.SnapshotServicer(
        snapshots=s.snapshots,
        publish=PublishNow(s.datasets, s.snapshots, publish),
        export=ExportSnapshot(s.snapshots, SnapshotExportObjects(mesh.objects)),
        read=ReadSnapshot(s.snapshots, s.tables),
    )


def rights_servicer(stores: Stores, steps: Steps) -> rights.RightsServicer:
    """Build what answers calls about rights, money and the audit log."""
    s = stores
    return rights.RightsServicer(
        show=ShowRights(steps.gate),
        preview=PreviewRights(steps.policy, s.samples, s.snapshots, steps.gate),
        ledger=ListLedger(s.ledger),
        verify=VerifyAudit(s.audit),
    )


def house_of(settings: DatasetSettings) -> HousePolicy:
    """Return the house's defaults as it set them."""
    allowed = frozenset({PURPOSE_ANALYSIS}) if settings.analysis_without_statement else frozenset()
    return HousePolicy(allowed, settings.house_territory)


def house_rules_of(settings: DatasetSettings) -> tuple[HouseRule, ...]:
    """Return the house's own rules. Raises BadHouseRules, a ValueError, when their file cannot be read."""
    return read_house_rules(settings.house_rules) if settings.house_rules else ()


def default_dataset(name: str) -> Dataset:
    """Return the dataset a mesh starts with: people, named by lower thirds, learned by recipe `identity`."""
    return Dataset(name, "People on screen", (lower_third_face.NAME,), IDENTITY)
