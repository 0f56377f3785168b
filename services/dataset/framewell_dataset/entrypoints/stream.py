"""The streams of the service: which fact goes to which handler."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRemoved
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.handlers.change_programme import ChangeProgramme
from framewell_dataset.handlers.change_rights import ChangeRights
from framewell_dataset.handlers.complete_asset import CompleteAsset
from framewell_dataset.handlers.erase import Erase
from framewell_dataset.handlers.keep_audit import KeepAudit
from framewell_dataset.handlers.propose_samples import ProposeSamples
from framewell_dataset.handlers.record_usage import RecordUsage
from framewell_dataset.handlers.register_asset import RegisterAsset
from framewell_dataset.handlers.remove_asset import RemoveAsset
from framewell_dataset.handlers.renew_snapshot import RenewSnapshot
from framewell_kit.decisions import DecisionLog
from framewell_kit.stream import Stage

CHUNKS_AT_ONCE = 4
"""Cutting crops costs tens of milliseconds: no more of it at once than a small machine has cores for."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """Everything that answers facts."""

    register_asset: RegisterAsset
    propose_samples: ProposeSamples
    complete_asset: CompleteAsset
    change_rights: ChangeRights
    change_programme: ChangeProgramme
    record_usage: RecordUsage
    keep_audit: KeepAudit
    renew_snapshot: RenewSnapshot
    remove_asset: RemoveAsset
    erase: Erase


def stages(handlers: Handlers, decisions: DecisionLog) -> Sequence[Stage]:
    """One consumer group a handler. The audit log is written one entry at a time."""
    return (
        Stage("dataset.register_asset", reads=AssetIngested, handler=handlers.register_asset),
        Stage(
            "dataset.propose_samples",
            reads=ChunkAnalysed,
            handler=handlers.propose_samples,
            concurrency=CHUNKS_AT_ONCE,
        ),
        Stage(
            "dataset.complete_asset",
            reads=AssetAnalysed,
            handler=handlers.complete_asset,
            concurrency=CHUNKS_AT_ONCE,
        ),
        Stage("dataset.change_rights", reads=RightsChanged, handler=handlers.change_rights),
        Stage("dataset.change_programme", reads=ProgrammeChanged, handler=handlers.change_programme),
        Stage("dataset.record_usage", reads=UsageRecorded, handler=handlers.record_usage),
        Stage("dataset.keep_audit", reads=SampleReviewed, handler=handlers.keep_audit, concurrency=1),
        Stage("dataset.renew_snapshot", reads=SampleReviewed, handler=handlers.renew_snapshot),
        Stage("dataset.remove_asset", reads=AssetRemoved, handler=handlers.remove_asset),
        Stage("dataset.erase", reads=ErasureRequested, handler=handlers.erase, decide_once=decisions),
    )
