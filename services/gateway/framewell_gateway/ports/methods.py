"""The methods of the services that the gateway calls, each once."""

from typing import Final

from framewell.dataset.v1 import audit_service_pb2 as audit
from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1 import rights_service_pb2 as rights
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.inference.v1 import cluster_service_pb2 as clusters
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.inference.v1 import reanalysis_service_pb2 as reanalysis
from framewell.inference.v1 import search_service_pb2 as search
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.media.v1 import media_service_pb2 as media
from framewell.objects.v1 import object_service_pb2 as objects
from framewell.training.v1 import training_service_pb2 as training
from framewell_gateway.ports import Method

SUBMIT: Final = Method("ingest", "Submit", ingest.SubmitRequest, ingest.SubmitResponse)
GET_ASSET: Final = Method("ingest", "GetAsset", ingest.GetAssetRequest, ingest.GetAssetResponse)
CREATE_UPLOAD: Final = Method(
    "ingest", "CreateUpload", ingest.CreateUploadRequest, ingest.CreateUploadResponse
)
GET_UPLOAD: Final = Method(
    "ingest", "GetUpload", ingest.GetUploadRequest, ingest.GetUploadResponse, slow=True
)
DELETE_UPLOAD: Final = Method(
    "ingest", "DeleteUpload", ingest.DeleteUploadRequest, ingest.DeleteUploadResponse
)
CANCEL_INGEST: Final = Method(
    "ingest", "CancelIngest", ingest.CancelIngestRequest, ingest.CancelIngestResponse
)
REMOVE_ASSET: Final = Method("ingest", "RemoveAsset", ingest.RemoveAssetRequest, ingest.RemoveAssetResponse)
REPROCESS: Final = Method("ingest", "Reprocess", ingest.ReprocessRequest, ingest.ReprocessResponse)

GET_TIMELINE: Final = Method("transcode", "GetTimeline", media.GetTimelineRequest, media.GetTimelineResponse)
LIST_SHOTS: Final = Method("transcode", "ListShots", media.ListShotsRequest, media.ListShotsResponse)
LIST_MEDIA_EVENTS: Final = Method(
    "transcode", "ListMediaEvents", media.ListMediaEventsRequest, media.ListMediaEventsResponse
)
GET_PLAYLIST: Final = Method("transcode", "GetPlaylist", media.GetPlaylistRequest, media.GetPlaylistResponse)
GET_FRAME: Final = Method("transcode", "GetFrame", media.GetFrameRequest, media.GetFrameResponse, slow=True)

LIST_FRAME_RUNS: Final = Method(
    "transcode", "ListFrameRuns", media.ListFrameRunsRequest, media.ListFrameRunsResponse, slow=True
)

LIST_PEOPLE: Final = Method(
    "inference", "ListPeople", inference.ListPeopleRequest, inference.ListPeopleResponse
)
LIST_OBSERVATIONS: Final = Method(
    "inference", "ListObservations", inference.ListObservationsRequest, inference.ListObservationsResponse
)
SEARCH_MOMENTS: Final = Method(
    "inference", "SearchMoments", search.SearchMomentsRequest, search.SearchMomentsResponse, slow=True
)
ANALYSE_IMAGE: Final = Method(
    "inference", "AnalyseImage", inference.AnalyseImageRequest, inference.AnalyseImageResponse, slow=True
)
LIST_ANALYSERS: Final = Method(
    "inference", "ListAnalysers", inference.ListAnalysersRequest, inference.ListAnalysersResponse
)
FIND_SIMILAR: Final = Method(
    "inference", "FindSimilar", inference.FindSimilarRequest, inference.FindSimilarResponse, slow=True
)
LIST_MODELS: Final = Method(
    "inference", "ListModels", inference.ListModelsRequest, inference.ListModelsResponse
)
CHOOSE_VERSION: Final = Method(
    "inference", "ChooseVersion", inference.ChooseVersionRequest, inference.ChooseVersionResponse
)
ENABLE_MODEL: Final = Method(
    "inference", "EnableModel", inference.EnableModelRequest, inference.EnableModelResponse
)
DISABLE_MODEL: Final = Method(
    "inference", "DisableModel", inference.DisableModelRequest, inference.DisableModelResponse
)
REMOVE_MODEL: Final = Method(
    "inference", "RemoveModel", inference.RemoveModelRequest, inference.RemoveModelResponse
)

LIST_CLUSTERS: Final = Method(
    "inference", "ListClusters", clusters.ListClustersRequest, clusters.ListClustersResponse
)
GET_CLUSTER: Final = Method(
    "inference", "GetCluster", clusters.GetClusterRequest, clusters.GetClusterResponse
)
LIST_CLUSTER_DECISIONS: Final = Method(
    "inference",
    "ListClusterDecisions",
    clusters.ListClusterDecisionsRequest,
    clusters.ListClusterDecisionsResponse,
)
LIST_RECOGNITION_CHANGES: Final = Method(
    "inference",
    "ListRecognitionChanges",
    clusters.ListRecognitionChangesRequest,
    clusters.ListRecognitionChangesResponse,
)
LIST_CLASS_APPEARANCES: Final = Method(
    "inference",
    "ListClassAppearances",
    clusters.ListClassAppearancesRequest,
    clusters.ListClassAppearancesResponse,
)
MERGE_CLUSTERS: Final = Method(
    "inference", "MergeClusters", clusters.MergeClustersRequest, clusters.MergeClustersResponse, slow=True
)
SPLIT_CLUSTER: Final = Method(
    "inference", "SplitCluster", clusters.SplitClusterRequest, clusters.SplitClusterResponse, slow=True
)
DISTINGUISH_CLUSTERS: Final = Method(
    "inference",
    "DistinguishClusters",
    clusters.DistinguishClustersRequest,
    clusters.DistinguishClustersResponse,
)
NAME_CLUSTER: Final = Method(
    "inference", "NameCluster", clusters.NameClusterRequest, clusters.NameClusterResponse
)
UNDO_CLUSTER_DECISION: Final = Method(
    "inference",
    "UndoClusterDecision",
    clusters.UndoClusterDecisionRequest,
    clusters.UndoClusterDecisionResponse,
    slow=True,
)

ESTIMATE_REANALYSIS: Final = Method(
    "inference",
    "EstimateReanalysis",
    reanalysis.EstimateReanalysisRequest,
    reanalysis.EstimateReanalysisResponse,
    slow=True,
)
START_REANALYSIS: Final = Method(
    "inference",
    "StartReanalysis",
    reanalysis.StartReanalysisRequest,
    reanalysis.StartReanalysisResponse,
    slow=True,
)
GET_REANALYSIS: Final = Method(
    "inference", "GetReanalysis", reanalysis.GetReanalysisRequest, reanalysis.GetReanalysisResponse
)
LIST_REANALYSES: Final = Method(
    "inference", "ListReanalyses", reanalysis.ListReanalysesRequest, reanalysis.ListReanalysesResponse
)
PAUSE_REANALYSIS: Final = Method(
    "inference", "PauseReanalysis", reanalysis.PauseReanalysisRequest, reanalysis.PauseReanalysisResponse
)
RESUME_REANALYSIS: Final = Method(
    "inference", "ResumeReanalysis", reanalysis.ResumeReanalysisRequest, reanalysis.ResumeReanalysisResponse
)
CANCEL_REANALYSIS: Final = Method(
    "inference", "CancelReanalysis", reanalysis.CancelReanalysisRequest, reanalysis.CancelReanalysisResponse
)

LIST_DATASETS: Final = Method(
    "dataset", "ListDatasets", catalogue.ListDatasetsRequest, catalogue.ListDatasetsResponse
)
LIST_CLASSES: Final = Method(
    "dataset", "ListClasses", catalogue.ListClassesRequest, catalogue.ListClassesResponse
)
GET_CLASS: Final = Method("dataset", "GetClass", catalogue.GetClassRequest, catalogue.GetClassResponse)
RENAME_CLASS: Final = Method(
    "dataset", "RenameClass", catalogue.RenameClassRequest, catalogue.RenameClassResponse
)
MERGE_CLASSES: Final = Method(
    "dataset", "MergeClasses", catalogue.MergeClassesRequest, catalogue.MergeClassesResponse, slow=True
)
UNDO_MERGE: Final = Method(
    "dataset", "UndoMerge", catalogue.UndoMergeRequest, catalogue.UndoMergeResponse, slow=True
)
CREATE_CLASS: Final = Method(
    "dataset", "CreateClass", catalogue.CreateClassRequest, catalogue.CreateClassResponse
)
PROPOSE_SAMPLE: Final = Method(
    "dataset", "ProposeSample", review.ProposeSampleRequest, review.ProposeSampleResponse, slow=True
)
LIST_SAMPLES: Final = Method("dataset", "ListSamples", review.ListSamplesRequest, review.ListSamplesResponse)
GET_SAMPLE: Final = Method("dataset", "GetSample", review.GetSampleRequest, review.GetSampleResponse)
COUNT_SAMPLES: Final = Method(
    "dataset", "CountSamples", review.CountSamplesRequest, review.CountSamplesResponse
)
CLAIM_SAMPLES: Final = Method(
    "dataset", "ClaimSamples", review.ClaimSamplesRequest, review.ClaimSamplesResponse
)
RELEASE_SAMPLES: Final = Method(
    "dataset", "ReleaseSamples", review.ReleaseSamplesRequest, review.ReleaseSamplesResponse
)
REVIEW_SAMPLES: Final = Method(
    "dataset", "ReviewSamples", review.ReviewSamplesRequest, review.ReviewSamplesResponse, slow=True
)
UNDO_REVIEW: Final = Method(
    "dataset", "UndoReview", review.UndoReviewRequest, review.UndoReviewResponse, slow=True
)
LIST_SNAPSHOTS: Final = Method(
    "dataset", "ListSnapshots", snapshots.ListSnapshotsRequest, snapshots.ListSnapshotsResponse
)
PUBLISH_SNAPSHOT: Final = Method(
    "dataset",
    "PublishSnapshot",
    snapshots.PublishSnapshotRequest,
    snapshots.PublishSnapshotResponse,
    slow=True,
)
GET_RIGHTS: Final = Method("dataset", "GetRights", rights.GetRightsRequest, rights.GetRightsResponse)
PREVIEW_RIGHTS_CHANGE: Final = Method(
    "dataset",
    "PreviewRightsChange",
    rights.PreviewRightsChangeRequest,
    rights.PreviewRightsChangeResponse,
    slow=True,
)
LIST_UNMATCHED_RIGHTS: Final = Method(
    "dataset",
    "ListUnmatchedRights",
    rights.ListUnmatchedRightsRequest,
    rights.ListUnmatchedRightsResponse,
    slow=True,
)
PREVIEW_HOUSE_RULES: Final = Method(
    "dataset",
    "PreviewHouseRules",
    rights.PreviewHouseRulesRequest,
    rights.PreviewHouseRulesResponse,
    slow=True,
)

LIST_LEDGER: Final = Method(
    "dataset", "ListLedger", rights.ListLedgerRequest, rights.ListLedgerResponse, slow=True
)
LIST_REFUSALS: Final = Method(
    "dataset", "ListRefusals", rights.ListRefusalsRequest, rights.ListRefusalsResponse
)
LIST_CONTRIBUTORS: Final = Method(
    "dataset", "ListContributors", rights.ListContributorsRequest, rights.ListContributorsResponse, slow=True
)
LIST_RIGHTS_CHANGES: Final = Method(
    "dataset", "ListRightsChanges", rights.ListRightsChangesRequest, rights.ListRightsChangesResponse
)
GET_RIGHTS_CHANGE: Final = Method(
    "dataset", "GetRightsChange", rights.GetRightsChangeRequest, rights.GetRightsChangeResponse
)
VERIFY_AUDIT: Final = Method(
    "dataset", "VerifyAudit", rights.VerifyAuditRequest, rights.VerifyAuditResponse, slow=True
)
LIST_AUDIT: Final = Method("dataset", "ListAudit", audit.ListAuditRequest, audit.ListAuditResponse)
SEAL_AUDIT: Final = Method("dataset", "SealAudit", audit.SealAuditRequest, audit.SealAuditResponse, slow=True)
GET_AUDIT_KEY: Final = Method("dataset", "GetAuditKey", audit.GetAuditKeyRequest, audit.GetAuditKeyResponse)
READ_AUDIT: Final = Method("dataset", "ReadAudit", audit.ReadAuditRequest, audit.ReadAuditResponse)
"""Answers with a stream, as the next two."""
EXPORT_SNAPSHOT: Final = Method(
    "dataset", "ExportSnapshot", snapshots.ExportSnapshotRequest, snapshots.ExportSnapshotResponse
)
WATCH_RUN: Final = Method("training", "WatchRun", training.WatchRunRequest, training.WatchRunResponse)

PREVIEW_TRAINING: Final = Method(
    "training",
    "PreviewTraining",
    training.PreviewTrainingRequest,
    training.PreviewTrainingResponse,
    slow=True,
)
GET_RUN: Final = Method("training", "GetRun", training.GetRunRequest, training.GetRunResponse)
CANCEL_RUN: Final = Method("training", "CancelRun", training.CancelRunRequest, training.CancelRunResponse)
HOLD_MODEL: Final = Method("training", "HoldModel", training.HoldModelRequest, training.HoldModelResponse)
RELEASE_MODEL: Final = Method(
    "training", "ReleaseModel", training.ReleaseModelRequest, training.ReleaseModelResponse
)
LIST_DEPENDENTS: Final = Method(
    "training", "ListDependents", training.ListDependentsRequest, training.ListDependentsResponse
)
GET_LINEAGE: Final = Method("training", "GetLineage", training.GetLineageRequest, training.GetLineageResponse)
START_TRAINING: Final = Method(
    "training",
    "StartTraining",
    training.StartTrainingRequest,
    training.StartTrainingResponse,
    slow=True,
)
LIST_RUNS: Final = Method("training", "ListRuns", training.ListRunsRequest, training.ListRunsResponse)
LIST_CANDIDATES: Final = Method(
    "training", "ListCandidates", training.ListCandidatesRequest, training.ListCandidatesResponse
)
PROMOTE: Final = Method("training", "Promote", training.PromoteRequest, training.PromoteResponse, slow=True)
ROLLBACK: Final = Method(
    "training", "Rollback", training.RollbackRequest, training.RollbackResponse, slow=True
)

FIND_OBJECT: Final = {
    service: Method(service, "FindObject", objects.FindObjectRequest, objects.FindObjectResponse)
    for service in ("ingest", "transcode", "dataset", "training")
}
"""By service: every service answers for the objects that it holds."""
