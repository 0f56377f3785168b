"""Which fact reaches which handler."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.training.v1.training_pb2 import TrainingRequested
from framewell_kit.stream import Stage
from framewell_training.handlers.erase import Erase
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.handlers.start_run import StartRun
from framewell_training.handlers.withdraw_snapshot import WithdrawSnapshot


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream handlers of training."""

    start_run: StartRun
    start_requested_run: StartRequestedRun
    withdraw_snapshot: WithdrawSnapshot
    erase: Erase


def stages(handlers: Handlers) -> list[Stage]:
    """The subscriptions of training."""
    return [
        Stage("training.start_run", SnapshotPublished, handlers.start_run),
        Stage("training.start_requested_run", TrainingRequested, handlers.start_requested_run),
        Stage("training.withdraw_snapshot", SnapshotWithdrawn, handlers.withdraw_snapshot),
        Stage("training.erase", ErasureRequested, handlers.erase),
    ]
