"""Which adapter stands behind which port: the whole of dataset on one page."""

from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_contracts.audit.seals import SealKey, seal_key
from framewell_dataset.adapters.analysis_objects import AnalysisObjects
from framewell_dataset.adapters.asset_documents import AssetDocuments
from framewell_dataset.adapters.audit_documents import AuditDocuments, SealDocuments
from framewell_dataset.adapters.background_face_documents import BackgroundFaceDocuments
from framewell_dataset.adapters.chunk_documents import ChunkDocuments
from framewell_dataset.adapters.class_documents import ClassDocuments
from framewell_dataset.adapters.completion_jobs import CompletionJobs
from framewell_dataset.adapters.dataset_documents import DatasetDocuments
from framewell_dataset.adapters.erasure_plan_documents import ErasurePlanDocuments
from framewell_dataset.adapters.house_rule_jobs import HouseRuleJobs
from framewell_dataset.adapters.ledger_documents import LedgerDocuments
from framewell_dataset.adapters.picture_objects import PictureObjects
from framewell_dataset.adapters.publish_jobs import PublishJobs
from framewell_dataset.adapters.recorded_facts import TopicsOnKafka
from framewell_dataset.adapters.refusal_documents import RefusalDocuments
from framewell_dataset.adapters.repeat_documents import RepeatDocuments
from framewell_dataset.adapters.rights_change_documents import RightsChangeDocuments
from framewell_dataset.adapters.sample_documents import SampleDocuments
from framewell_dataset.adapters.snapshot_documents import SnapshotDocuments
from framewell_dataset.adapters.snapshot_export_objects import SnapshotExportObjects
from framewell_dataset.adapters.snapshot_table_objects import SnapshotTableObjects
from framewell_dataset.adapters.statement_documents import StatementDocuments
from framewell_dataset.adapters.vector_documents import VectorDocuments
from framewell_dataset.adapters.word_documents import WordDocuments
from framewell_dataset.commands.adopt_house_rules import AdoptHouseRules, ReconsiderEverything
from framewell_dataset.commands.export_snapshot import ExportSnapshot
from framewell_dataset.commands.publish_snapshot import PublishSnapshot
from framewell_dataset.commands.recheck_terms import RecheckTerms
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.house_rules import digest_of, read_house_rules
from framewell_dataset.domain.rights import HousePolicy
from framewell_dataset.domain.rights.territories import house_places
from framewell_dataset.domain.snapshots import IDENTITY
from framewell_dataset.entrypoints import jobs, stream
from framewell_dataset.entrypoints.rpc import audit, catalogue, review, rights, snapshots
from framewell_dataset.holdings import holdings
from framewell_dataset.ports.audit import RecordedFacts
from framewell_dataset.ports.stores import Stores
from framewell_dataset.queries.find_object import FindCrop, FindSnapshotObject
from framewell_dataset.rules import lower_third_face
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.steps.allowed_samples import AllowedSamples
from framewell_dataset.steps.confirm_export import ConfirmExport
from framewell_dataset.steps.confirm_snapshot import ConfirmSnapshot
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_dataset.steps.seal_audit import SealAudit
from framewell_dataset.steps.shared_steps import House, shared_steps
from framewell_kit.object_references import ObjectReferences
from framewell_kit.service import Mesh, Service


async def wire(settings: DatasetSettings, mesh: Mesh, recorded: RecordedFacts | None = None) -> Service:
    """Build dataset from its settings and the mesh.

    `recorded` are the topics that the audit log is held against, by default those of the broker.
    Raises ValueError when the file with the house's rules (BadHouseRules), or the audit key, cannot be read.
    """
    clock, s = mesh.clock, await prepared_stores(mesh)
    if settings.default_dataset:
        await s.datasets.add(default_dataset(settings.default_dataset))
    forgotten = ForgottenNames(mesh.settings.name_hashes(), mesh.tombstones)
    house = house_of(settings)
    steps = shared_steps(s, house, clock, forgotten)
    log = HouseRuleJobs(mesh.documents, mesh.jobs)
    await AdoptHouseRules(log, clock)(digest_of(house.rules, house.policy))
    table = holdings(s, steps)
    publish = PublishSnapshot(
        s.datasets,
        s.samples,
        s.vectors,
        s.repeats,
        s.background,
        s.snapshots,
        s.tables,
        steps.changes,
        clock,
    )
    allowed = AllowedSamples(s.tables, steps.gate)
    confirm, confirm_export = ConfirmSnapshot(s.snapshots, allowed), ConfirmExport(s.snapshots, allowed)
    export = ExportSnapshot(s.snapshots, s.tables, s.exporter, allowed, confirm_export, clock)
    recheck = RecheckTerms(s.assets, steps.reconsider, clock)
    topics = recorded or TopicsOnKafka(mesh.settings.broker_access, mesh.settings.kafka_prefix)
    key = audit_key(settings)
    seal = SealAudit(s.audit, s.seals, clock, key, settings.audit_seal_every)
    return Service(
        holdings=table,
        stages=stream.stages(s, steps, clock, mesh.erase(table)),
        jobs=[
            jobs.publish_kind(publish, clock, settings.debounce_seconds),
            jobs.completion_kind(s, steps),
            jobs.reconsider_kind(ReconsiderEverything(s.assets, steps.reconsider, clock)),
        ],
        rpc=[
            catalogue.servicer(s, steps, clock),
            review.servicer(s, steps, clock),
            snapshots.servicer(s, publish, export, confirm),
            rights.servicer(s, steps, topics, {} if key is None else key.public_keys),
            audit.servicer(s.audit, seal, topics),
        ],
        readable={
            "sample": FindCrop(s.samples, mesh.tombstones),
            "snapshot": FindSnapshotObject(s.snapshots, confirm, confirm_export),
        },
        parts=[
            jobs.rights_terms(recheck, clock, settings.recheck_seconds),
            jobs.audit_seals(seal, clock),
        ],
    )


async def prepared_stores(mesh: Mesh) -> Stores:
    """Build the adapters and make the indexes they read by."""
    documents, objects = mesh.documents, mesh.objects
    indexed = (
        AssetDocuments(documents, mesh.outbox),
        ChunkDocuments(documents),
        DatasetDocuments(documents),
        ClassDocuments(documents, mesh.outbox),
        SampleDocuments(documents, mesh.outbox),
        RepeatDocuments(documents),
        SnapshotDocuments(documents, mesh.outbox),
        BackgroundFaceDocuments(documents, mesh.clock),
    )
    others = (
        LedgerDocuments(documents),
        AuditDocuments(documents),
        SealDocuments(documents, mesh.outbox),
        WordDocuments(documents, mesh.settings.name_hashes()),
        ObjectReferences(documents, objects),
        StatementDocuments(documents),
        RightsChangeDocuments(documents),
        RefusalDocuments(documents),
    )
    vectors = VectorDocuments(documents)
    for store in (*indexed, *others, vectors):
        await store.prepare()
    assets, chunks, datasets, classes, samples, repeats, made, background = indexed
    ledger, log, seals, words, crops, statements, changes, refusals = others
    return Stores(
        assets=assets,
        chunks=chunks,
        analyses=AnalysisObjects(objects),
        pictures=PictureObjects(objects),
        completions=CompletionJobs(mesh.jobs),
        datasets=datasets,
        classes=classes,
        erasure_plans=ErasurePlanDocuments(documents),
        samples=samples,
        vectors=vectors,
        words=words,
        repeats=repeats,
        crops=crops,
        snapshots=made,
        background=background,
        tables=SnapshotTableObjects(objects, crops),
        exporter=SnapshotExportObjects(objects, mesh.scratch),
        publications=PublishJobs(mesh.jobs),
        statements=statements,
        changes=changes,
        refusals=refusals,
        ledger=ledger,
        audit=log,
        seals=seals,
    )


def audit_key(settings: DatasetSettings) -> SealKey | None:
    """Return the key that signs the audit log, None where none is set. Raises ValueError, which names it."""
    if settings.audit_key is None:
        return None
    try:
        return seal_key(settings.audit_key.read_text())
    except (OSError, ValueError) as error:
        raise ValueError(f"FRAMEWELL_DATASET_AUDIT_KEY {settings.audit_key}: {error}") from error


def house_of(settings: DatasetSettings) -> House:
    """Return what the house decided for itself. Raises ValueError for a territory that is none."""
    allowed = frozenset({PURPOSE_ANALYSIS}) if settings.analysis_without_statement else frozenset()
    policy = HousePolicy(allowed, settings.house_territory)
    house_places(policy.territory)
    return House(
        policy=policy,
        rules=read_house_rules(settings.house_rules) if settings.house_rules else (),
        permitting_authorities=settings.permitting_authorities,
        quota=settings.quota,
    )


def default_dataset(name: str) -> Dataset:
    """Return the dataset a mesh starts with: people, named by lower thirds, learned by recipe `identity`."""
    return Dataset(name, "People on screen", (lower_third_face.NAME,), IDENTITY)
