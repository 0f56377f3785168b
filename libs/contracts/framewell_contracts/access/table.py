"""The table: every gRPC method of the mesh, and who may call it. What is not in it is refused.

One line a method, under the full name of its service. A new method is refused until it has its line here;
a test compares the table with every .proto. `docs/access.md` shows it by role.
"""

from collections.abc import Mapping
from typing import Final

from framewell_contracts.access.rules import BRING_IN, CURATE, LOOK, OPEN, OPERATE, READ, RIGHTS, Rule

TABLE: Final[Mapping[str, Mapping[str, Rule]]] = {
    "framewell.ingest.v1.IngestService": {
        "Submit": BRING_IN,
        "Upload": BRING_IN,
        "CreateUpload": BRING_IN,
        "AppendUpload": BRING_IN,
        "GetUpload": BRING_IN,
        "DeleteUpload": BRING_IN,
        "GetAsset": READ,
        "ListAssets": READ,
        "Watch": READ,
        "CancelIngest": BRING_IN,
        "Reprocess": CURATE,
        "RemoveAsset": RIGHTS,
    },
    "framewell.media.v1.MediaService": {
        "GetTimeline": READ,
        "GetFrame": READ,
        "ListFrameRuns": READ,
        "ListShots": READ,
        "ListMediaEvents": READ,
        "GetPlaylist": READ,
        "ReadObject": READ,
    },
    "framewell.objects.v1.ObjectService": {
        "FindObject": READ,
    },
    "framewell.inference.v1.InferenceService": {
        "AnalyseImage": LOOK,
        "AnalyseFrames": LOOK,
        "FindSimilar": LOOK,
        "ListObservations": READ,
        "ListPeople": READ,
        "ListAnalysers": READ,
        "ListModels": READ,
        "ImportModel": OPERATE,
        "UploadModel": OPERATE,
        "TryModel": OPERATE,
        "ChooseVersion": OPERATE,
        "EnableModel": OPERATE,
        "DisableModel": OPERATE,
        "RemoveModel": OPERATE,
    },
    "framewell.inference.v1.SearchService": {
        "SearchMoments": READ,
    },
    "framewell.inference.v1.ClusterService": {
        "ListClusters": READ,
        "GetCluster": READ,
        "ListClusterDecisions": READ,
        "MergeClusters": CURATE,
        "SplitCluster": CURATE,
        "DistinguishClusters": CURATE,
        "NameCluster": CURATE,
        "UndoClusterDecision": CURATE,
        "ListClassAppearances": READ,
        "ListRecognitionChanges": READ,
    },
    "framewell.inference.v1.ReanalysisService": {
        "GetReanalysis": READ,
        "ListReanalyses": READ,
        "EstimateReanalysis": OPERATE,  # it tries an analyser out
        "StartReanalysis": OPERATE,
        "PauseReanalysis": OPERATE,
        "ResumeReanalysis": OPERATE,
        "CancelReanalysis": OPERATE,
    },
    "inference.GRPCInferenceService": {
        "ServerLive": OPEN,
        "ServerReady": OPEN,
        "ServerMetadata": OPEN,
        "ModelReady": READ,
        "ModelMetadata": READ,
        "ModelConfig": READ,
        "ModelStatistics": READ,
        "RepositoryIndex": READ,
        "ModelInfer": READ,
        "ModelStreamInfer": READ,
        "RepositoryModelLoad": OPERATE,
        "RepositoryModelUnload": OPERATE,
    },
    "framewell.dataset.v1.CatalogueService": {
        "ListDatasets": READ,
        "ListClasses": READ,
        "CreateClass": CURATE,
        "RenameClass": CURATE,
        "MergeClasses": CURATE,
        "GetClass": READ,
        "UndoMerge": CURATE,
        "CreateDataset": OPERATE,  # it says which recipe trains by itself
    },
    "framewell.dataset.v1.ReviewService": {
        "ListSamples": READ,
        "GetSample": READ,
        "ProposeSample": CURATE,
        "ClaimSamples": CURATE,
        "ReviewSamples": CURATE,
        "UndoReview": CURATE,
        "CountSamples": READ,
        "ReleaseSamples": CURATE,
    },
    "framewell.dataset.v1.SnapshotService": {
        "ListSnapshots": READ,
        "PublishSnapshot": CURATE,
        "ReadSnapshot": BRING_IN,  # every sample of it, people's faces
        "ExportSnapshot": BRING_IN,
    },
    "framewell.dataset.v1.RightsService": {
        "GetRights": READ,
        "PreviewRightsChange": RIGHTS,
        "PreviewHouseRules": RIGHTS,
        "ListUnmatchedRights": RIGHTS,
        "ListRightsChanges": RIGHTS,
        "GetRightsChange": RIGHTS,
        "ListRefusals": RIGHTS,
        "ListContributors": RIGHTS,
        "ListLedger": RIGHTS,
        "VerifyAudit": RIGHTS,
    },
    "framewell.dataset.v1.AuditService": {
        "GetAuditKey": READ,
        "ReadAudit": RIGHTS,
        "ListAudit": RIGHTS,
        "SealAudit": RIGHTS,
    },
    "framewell.training.v1.TrainingService": {
        "ListRuns": READ,
        "GetRun": READ,
        "WatchRun": READ,
        "ListCandidates": READ,
        "ListDependents": READ,
        "GetLineage": READ,
        "PreviewTraining": READ,
        "StartTraining": OPERATE,
        "CancelRun": OPERATE,
        "Promote": OPERATE,
        "Rollback": OPERATE,
        "HoldModel": OPERATE,
        "ReleaseModel": OPERATE,
    },
    "framewell.mesh.v1.OperationsService": {
        "DescribeWork": READ,
        "ListBreakers": READ,
        "GetTelemetry": READ,
        "ListHoldings": READ,
        "SetTelemetry": OPERATE,
        "ResumeBreaker": OPERATE,
        "SearchHoldings": OPERATE,  # it finds any text in any store
    },
    "grpc.health.v1.Health": {
        "Check": OPEN,
        "List": OPEN,
        "Watch": OPEN,
    },
    "grpc.reflection.v1alpha.ServerReflection": {
        "ServerReflectionInfo": OPEN,
    },
}

METHODS: Final[Mapping[str, Rule]] = {
    f"/{service}/{method}": rule for service, methods in TABLE.items() for method, rule in methods.items()
}
"""The same by the path that gRPC calls a method by: `/framewell.ingest.v1.IngestService/Submit`."""


def rule_of(path: str) -> Rule | None:
    """Return who may call a method; None for one that is not in the table, which nobody may call."""
    return METHODS.get(path)
