"""Who may what over REST: the rule of every operation, one line each.

An operation that is not in this table cannot be served: building the application fails. The services hold the
same kind of table for their gRPC methods (`framewell_contracts.access.table`); no operation here is open to a
role that may not call the method behind it. `docs/access.md` shows this table by role.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from framewell_contracts.access.rules import BRING_IN, CURATE, LOOK, OPEN, OPERATE, READ, RIGHTS, Rule

OPERATION_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # --- access
        "getSession": OPEN,
        "setUp": OPEN,
        "signIn": OPEN,
        "signInByProvider": OPEN,
        "signOut": LOOK,
        "signOutEverywhere": LOOK,
        "changePassword": LOOK,
        "acceptInvitation": OPEN,
        "listTokens": LOOK,
        "makeToken": LOOK,
        "revokeToken": LOOK,
        "listUsers": OPERATE,
        "inviteUser": OPERATE,
        "renewInvitation": OPERATE,
        "changeRole": OPERATE,
        "disableUser": OPERATE,
        "enableUser": OPERATE,
        "removeUser": OPERATE,
        # --- assets
        "listAssets": READ,
        "getAsset": READ,
        "explainAsset": READ,
        "listAssetEvents": READ,
        "listObservations": READ,
        "listAssetPeople": READ,
        "listFrameRuns": READ,
        "listShots": READ,
        "getPoster": READ,
        "searchArchive": READ,
        "listMediaEvents": READ,
        "getTranscript": READ,
        "getFrame": READ,
        "getPlaylist": READ,
        "getRights": READ,
        "submitAsset": BRING_IN,
        "uploadFile": BRING_IN,
        "resumeUpload": BRING_IN,
        "cancelIngest": BRING_IN,
        "reprocessAsset": CURATE,
        "removeAsset": RIGHTS,
        # --- people and samples
        "findSimilar": LOOK,
        "analyseImage": LOOK,
        "listClusters": READ,
        "getCluster": READ,
        "listClusterDecisions": READ,
        "mergeClusters": CURATE,
        "splitCluster": CURATE,
        "distinguishClusters": CURATE,
        "namePerson": CURATE,
        "previewName": READ,
        "undoClusterDecision": CURATE,
        "listSamples": READ,
        "countSamples": READ,
        "getSample": READ,
        "proposeSample": CURATE,
        "claimSamples": CURATE,
        "releaseSamples": CURATE,
        "reviewSamples": CURATE,
        "undoReview": CURATE,
        "listClasses": READ,
        "getClass": READ,
        "listRecognitionChanges": READ,
        "listClassAppearances": READ,
        "createClass": CURATE,
        "renameClass": CURATE,
        "mergeClasses": CURATE,
        "undoMerge": CURATE,
        # --- training data
        "listDatasets": READ,
        "listSnapshots": READ,
        "publishSnapshot": CURATE,
        "exportSnapshot": BRING_IN,
        # --- rights
        "changeRights": RIGHTS,
        "previewRightsChange": RIGHTS,
        "listUnmatchedRights": RIGHTS,
        "previewHouseRules": RIGHTS,
        "listRightsChanges": RIGHTS,
        "getRightsChange": RIGHTS,
        "listRefusals": RIGHTS,
        "listContributors": RIGHTS,
        "listLedger": RIGHTS,
        "exportLedger": RIGHTS,
        "listAudit": RIGHTS,
        "readAudit": RIGHTS,
        "verifyAudit": RIGHTS,
        "sealAudit": RIGHTS,
        "getAuditKey": READ,
        "requestErasure": RIGHTS,
        "listErasures": RIGHTS,
        "getErasure": RIGHTS,
        # --- models
        "listAnalysers": READ,
        "listModels": READ,
        "getModelLineage": READ,
        "listRuns": READ,
        "getRun": READ,
        "watchRun": READ,
        "previewRun": READ,
        "cancelRun": OPERATE,
        "holdCandidate": OPERATE,
        "releaseCandidate": OPERATE,
        "listCandidates": READ,
        "startRun": OPERATE,
        "promoteCandidate": OPERATE,
        "rollBackModel": OPERATE,
        "importModel": OPERATE,
        "tryModel": OPERATE,
        "useModel": OPERATE,
        "enableModel": OPERATE,
        "disableModel": OPERATE,
        "removeModel": OPERATE,
        "listReanalyses": READ,
        "getReanalysis": READ,
        "estimateReanalysis": OPERATE,
        "startReanalysis": OPERATE,
        "pauseReanalysis": OPERATE,
        "resumeReanalysis": OPERATE,
        "cancelReanalysis": OPERATE,
        # --- the mesh
        "listEvents": READ,
        "getCounts": READ,
        "listWebhooks": OPERATE,
        "createWebhook": OPERATE,
        "getWebhook": OPERATE,
        "updateWebhook": OPERATE,
        "deleteWebhook": OPERATE,
        "rotateWebhookSecret": OPERATE,
        "testWebhook": OPERATE,
        "listWebhookDeliveries": OPERATE,
        "replayWebhookDeliveries": OPERATE,
        "getMesh": OPERATE,
        "listDeadLetters": OPERATE,
        "replayDeadLetters": OPERATE,
        "discardDeadLetters": OPERATE,
        "resumeStage": OPERATE,
        "listTelemetry": OPERATE,
        "changeTelemetry": OPERATE,
        # --- stored objects
        "addressObject": LOOK,
        "readAssetObject": READ,
        "readSampleObject": READ,
        "readSnapshotObject": BRING_IN,
        "readModelObject": BRING_IN,
    }
)
"""By operation id: who may. `framewell_contracts.access.rules` says what the words mean."""


class UnknownOperation(LookupError):
    """An operation without a rule."""

    def __init__(self, operation: str) -> None:
        super().__init__(
            f"{operation} has no rule: say who may in framewell_gateway/domain/operation_roles.py"
        )


def markdown() -> str:
    """Return the table by who may; `make proto` writes it into docs/access.md, a test holds it there."""
    by_words: dict[str, list[str]] = {}
    for operation, rule in OPERATION_RULES.items():
        by_words.setdefault(rule.words, []).append(f"`{operation}`")
    rows = [f"| {words} | {' '.join(sorted(names))} |" for words, names in sorted(by_words.items())]
    return "\n".join(["| who may | operations |", "|---|---|", *rows])


def rule_of(operation: str) -> Rule:
    """Return who may do an operation. Raises UnknownOperation."""
    if operation not in OPERATION_RULES:
        raise UnknownOperation(operation)
    return OPERATION_RULES[operation]
