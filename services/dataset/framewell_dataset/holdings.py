"""What dataset holds of people, assets and holders of rights, store by store."""

from framewell_dataset.ports.stores import Stores
from framewell_dataset.steps.erase_subjects import EraseSubjects
from framewell_dataset.steps.shared_steps import Steps
from framewell_kit.holdings import Holding, Holdings


def holdings(stores: Stores, steps: Steps) -> Holdings:
    """Return the table of the service."""
    s = stores
    gone = EraseSubjects(
        classes=s.classes,
        samples=s.samples,
        words=s.words,
        statements=s.statements,
        changes=s.changes,
        vectors=s.vectors,
        background=s.background,
        recheck_background=steps.reconsider.background,
        forget=steps.forget,
        take_away=steps.take_away,
    )
    return Holdings(
        (
            Holding("classes", "names, aliases and outside ids of people on screen", gone),
            Holding("samples", "appearances with their evidence and crops; by ids that they went", gone),
            Holding("words", "what reviewers and people who pointed at somebody said", gone),
            Holding("sample_vectors", "vectors of faces", gone),
            Holding("repeats", "pictures that a sample stands for", gone),
            Holding("references", "which sample holds which crop", gone),
            Holding("background_faces", "vectors of faces that nobody named", gone),
            Holding("assets", "programme, source and holders of an asset; that it went stays", gone),
            Holding("chunks", "where an asset was analysed", gone),
            Holding("statements", "terms of an asset, a source or a holder, in their own words", gone),
            Holding("contributors", "names of holders of rights", gone),
            Holding("rights_changes", "what a change of rights was about, and who made it", gone),
            Holding("change_effects", kept="which change of rights concerned which sample, by ids"),
            Holding("snapshots", "exports of a snapshot; that it was withdrawn stays", gone),
            Holding("exports", kept="which samples of a snapshot were exported for what, by ids"),
            Holding("snapshot_members", kept="which sample was in which snapshot, by ids"),
            Holding("objects/image/jpeg", "crops of faces", gone),
            Holding("objects/application/vnd.apache.parquet", "tables and exports of samples", gone),
            Holding("objects/application/x-protobuf", "rows of snapshots", gone),
            Holding("objects/application/x-tar", "exports of samples", gone),
            Holding("objects/application/zip", "exports of samples", gone),
            Holding("objects/application/json", "manifests of snapshots, with titles and addresses", gone),
            Holding("house_rules", kept="a digest of the rules in force"),
            Holding("datasets", kept="says nothing of anybody"),
            Holding("ledger", kept="what is owed to whom: bookkeeping, ten years by § 147 AO"),
            Holding("audit", kept="who decided what about which class, by ids"),
            Holding("audit_seals", kept="signed ends of the audit log: hashes"),
            Holding("erasure_plans", kept="what was erased, by ids and keyed hashes"),
        )
    )
