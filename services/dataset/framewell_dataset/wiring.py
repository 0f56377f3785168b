"""Which adapter stands behind which port: the whole of dataset on one page."""

from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_dataset.adapters.analysed_pictures import AnalysedPictures
from framewell_dataset.adapters.asset_documents import AssetDocuments
from framewell_dataset.adapters.audit_documents import AuditDocuments
from framewell_dataset.adapters.catalogue_documents import CatalogueDocuments
from framewell_dataset.adapters.ledger_documents import LedgerDocuments
from framewell_dataset.adapters.publish_jobs import KIND as PUBLISH
from framewell_dataset.adapters.publish_jobs import PublishJobs
from framewell_dataset.adapters.rights_documents import RightsDocuments
from framewell_dataset.adapters.sample_documents import SampleDocuments
from framewell_dataset.adapters.snapshot_documents import SnapshotDocuments
from framewell_dataset.adapters.snapshot_exports import SnapshotExports
from framewell_dataset.adapters.snapshot_tables import SnapshotTableObjects
from framewell_dataset.adapters.stranger_documents import StrangerDocuments
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.house_rules import HouseRule, read_house_rules
from framewell_dataset.domain.rights import House
from framewell_dataset.domain.snapshots import IDENTITY
from framewell_dataset.entrypoints import jobs, rpc, stream
from framewell_dataset.handlers.change_programme import ChangeProgramme
from framewell_dataset.handlers.change_rights import ChangeRights
from framewell_dataset.handlers.complete_asset import CompleteAsset
from framewell_dataset.handlers.enrol import Enrol
from framewell_dataset.handlers.erase import Erase
from framewell_dataset.handlers.forget_samples import ForgetSamples
from framewell_dataset.handlers.keep_audit import KeepAudit, VerifyAudit
from framewell_dataset.handlers.manage_classes import ManageClasses, ManageDatasets
from framewell_dataset.handlers.point_at_sample import PointAtSample
from framewell_dataset.handlers.preview_rights import PreviewRights
from framewell_dataset.handlers.propose_samples import ProposeSamples
from framewell_dataset.handlers.publish_snapshot import PublishSnapshot
from framewell_dataset.handlers.read_snapshots import ReadSnapshots
from framewell_dataset.handlers.reask_rights import ReaskRights
from framewell_dataset.handlers.reconsider import Reconsider
from framewell_dataset.handlers.record_usage import RecordUsage
from framewell_dataset.handlers.register_asset import RegisterAsset
from framewell_dataset.handlers.remove_asset import RemoveAsset
from framewell_dataset.handlers.renew_snapshot import RenewSnapshot
from framewell_dataset.handlers.review_samples import ReviewSamples
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.handlers.sample_changes import SampleChanges
from framewell_dataset.handlers.snapshot_upkeep import SnapshotUpkeep
from framewell_dataset.rules import lower_third_face
from framewell_dataset.settings import DatasetSettings
from framewell_kit.decisions import DecisionLog
from framewell_kit.jobs import JobKind
from framewell_kit.service import Mesh, Service

DATASETS_AT_ONCE = 4


async def wire(settings: DatasetSettings, mesh: Mesh) -> Service:
    """Build dataset from its settings and the mesh."""
    documents, clock = mesh.documents, mesh.clock
    assets = AssetDocuments(documents)
    rights = RightsDocuments(documents)
    samples = SampleDocuments(documents, mesh.outbox)
    catalogue = CatalogueDocuments(documents)
    snapshots = SnapshotDocuments(documents, mesh.outbox)
    strangers = StrangerDocuments(documents, clock)
    ledger = LedgerDocuments(documents)
    audit = AuditDocuments(documents)
    for store in (assets, samples, catalogue, snapshots, strangers, ledger, audit):
        await store.prepare()

    pictures = AnalysedPictures(mesh.objects)
    tables = SnapshotTableObjects(mesh.objects)
    gate = RightsGate(assets, rights, house_of(settings), house_rules_of(settings), clock)
    upkeep = SnapshotUpkeep(snapshots, PublishJobs(mesh.jobs))
    changes = SampleChanges(samples, gate, upkeep)
    enrol = Enrol(samples, catalogue, pictures, gate, changes, clock, settings.quota)
    reconsider = Reconsider(samples, gate, changes)
    change_rights = ChangeRights(assets, rights, reconsider, settings.permitting_authorities)
    publish = PublishSnapshot(catalogue, assets, samples, strangers, snapshots, tables, gate, changes, clock)
    forget = ForgetSamples(samples, snapshots, pictures, changes)
    remove = RemoveAsset(assets, rights, samples, strangers, forget)
    datasets = ManageDatasets(catalogue)
    if settings.default_dataset:
        await catalogue.add_dataset(default_dataset(settings.default_dataset))

    handlers = stream.Handlers(
        register_asset=RegisterAsset(assets, rights, reconsider, clock),
        propose_samples=ProposeSamples(assets, catalogue, pictures, enrol),
        complete_asset=CompleteAsset(assets, catalogue, pictures, samples, strangers, enrol),
        change_rights=change_rights,
        change_programme=ChangeProgramme(assets, reconsider),
        record_usage=RecordUsage(ledger),
        keep_audit=KeepAudit(audit),
        renew_snapshot=RenewSnapshot(upkeep),
        remove_asset=remove,
        erase=Erase(assets, catalogue, samples, forget, remove),
    )
    servicer = rpc.DatasetServicer(
        catalogue=catalogue,
        assets=assets,
        samples=samples,
        snapshots=snapshots,
        ledger=ledger,
        gate=gate,
        datasets=datasets,
        classes=ManageClasses(catalogue, samples, upkeep),
        point=PointAtSample(assets, catalogue, pictures, enrol),
        review=ReviewSamples(samples, catalogue, gate, changes, upkeep, clock),
        publish=publish,
        read=ReadSnapshots(snapshots, tables, SnapshotExports(mesh.objects)),
        preview=PreviewRights(assets, samples, snapshots, gate, change_rights),
        verify=VerifyAudit(audit),
        clock=clock,
    )
    settle = jobs.PublishJob(publish, clock, settings.settle_seconds)
    reask = ReaskRights(assets, reconsider, clock)
    return Service(
        stages=stream.stages(handlers, DecisionLog(documents)),
        jobs=[JobKind(PUBLISH, settle, permits=DATASETS_AT_ONCE)],
        rpc=[rpc.servicer(servicer)],
        parts=[jobs.RightsTerms(reask, clock, settings.reask_seconds)],
    )


def house_of(settings: DatasetSettings) -> House:
    """The house's defaults as it set them."""
    allowed = frozenset({PURPOSE_ANALYSIS}) if settings.analysis_without_statement else frozenset()
    return House(allowed, settings.house_territory)


def house_rules_of(settings: DatasetSettings) -> tuple[HouseRule, ...]:
    """The house's own rules; raises BadHouseRules, a ValueError, when their file cannot be read."""
    return read_house_rules(settings.house_rules) if settings.house_rules else ()


def default_dataset(name: str) -> Dataset:
    """The dataset a mesh starts with: people, named by lower thirds, learned by the identity recipe."""
    return Dataset(name, "People on screen", (lower_third_face.NAME,), IDENTITY)
