"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.handlers.start_run import StartRun
from framewell_training.handlers.withdraw_snapshot import WithdrawSnapshot
from framewell_training.ports import Stores
from framewell_training.steps.promote_model import PromoteModel
from framewell_training.steps.request_run import RequestRun


def stages(stores: Stores, request: RequestRun, promoter: PromoteModel, erase: Erase) -> list[Stage]:
    """Return one stage a consumer group."""
    s = stores
    withdraw = WithdrawSnapshot(s.snapshots, s.runs, s.models, s.deployments, promoter)
    return [
        Stage("training.start_run", StartRun(s.snapshots, s.runs, request)),
        Stage("training.start_requested_run", StartRequestedRun(s.snapshots, request)),
        Stage("training.withdraw_snapshot", withdraw),
        Stage("training.erase", erase),
    ]
