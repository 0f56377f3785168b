"""All ports of the service in one value, so that each entrypoint takes from it what it needs."""

from dataclasses import dataclass

from framewell_dataset.ports.assets import (
    AnalysisReader,
    AssetRepository,
    ChunkRepository,
    CompletionQueue,
    Pictures,
)
from framewell_dataset.ports.audit import AuditRepository, SealRepository
from framewell_dataset.ports.catalogue import ClassRepository, DatasetRepository, ErasurePlanRepository
from framewell_dataset.ports.review import (
    CropReferences,
    RepeatRepository,
    SampleRepository,
    VectorRepository,
    WordRepository,
)
from framewell_dataset.ports.rights import LedgerRepository, StatementRepository
from framewell_dataset.ports.rights_changes import RefusalIndex, RightsChangeRepository
from framewell_dataset.ports.snapshots import (
    BackgroundFaceRepository,
    PublishQueue,
    SnapshotExporter,
    SnapshotRepository,
    SnapshotTables,
)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that keeps something: documents, objects, queues."""

    assets: AssetRepository
    chunks: ChunkRepository
    analyses: AnalysisReader
    pictures: Pictures
    completions: CompletionQueue
    datasets: DatasetRepository
    classes: ClassRepository
    erasure_plans: ErasurePlanRepository
    samples: SampleRepository
    vectors: VectorRepository
    words: WordRepository
    repeats: RepeatRepository
    crops: CropReferences
    snapshots: SnapshotRepository
    background: BackgroundFaceRepository
    tables: SnapshotTables
    exporter: SnapshotExporter
    publications: PublishQueue
    statements: StatementRepository
    changes: RightsChangeRepository
    refusals: RefusalIndex
    ledger: LedgerRepository
    audit: AuditRepository
    seals: SealRepository
