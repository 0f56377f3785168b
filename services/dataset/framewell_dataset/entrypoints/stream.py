"""The streams of the service: which group's facts go to which handler."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell_dataset.handlers.change_programme import ChangeProgramme
from framewell_dataset.handlers.change_rights import ChangeRights
from framewell_dataset.handlers.complete_asset import CompleteAsset
from framewell_dataset.handlers.keep_audit import KeepAudit
from framewell_dataset.handlers.propose_samples import ProposeSamples
from framewell_dataset.handlers.record_usage import RecordUsage
from framewell_dataset.handlers.register_asset import RegisterAsset
from framewell_dataset.handlers.remove_asset import RemoveAsset
from framewell_dataset.handlers.request_snapshot import RequestSnapshot
from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
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
    request_snapshot: RequestSnapshot
    remove_asset: RemoveAsset
    erase: Erase


def stages(handlers: Handlers, decisions: DecisionLog) -> Sequence[Stage]:
    """Return one consumer group a handler. The audit log is written one entry at a time."""
    return (
        Stage("dataset.register_asset", handlers.register_asset),
        Stage("dataset.propose_samples", handlers.propose_samples, concurrency=CHUNKS_AT_ONCE),
        Stage("dataset.complete_asset", handlers.complete_asset),
        Stage("dataset.change_rights", handlers.change_rights),
        Stage("dataset.change_programme", handlers.change_programme),
        Stage("dataset.record_usage", handlers.record_usage),
        Stage("dataset.keep_audit", handlers.keep_audit, concurrency=1),
        Stage("dataset.request_snapshot", handlers.request_snapshot),
        Stage("dataset.remove_asset", handlers.remove_asset),
        Stage("dataset.erase", handlers.erase, decide_once=decisions),
    )
