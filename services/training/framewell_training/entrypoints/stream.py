"""Which handler answers a consumer group's facts."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage
from framewell_kit.tombstones import Tombstones
from framewell_training.handlers.remove_asset import RemoveAsset
from framewell_training.handlers.start_requested_run import StartRequestedRun
from framewell_training.handlers.start_run import StartRun
from framewell_training.handlers.withdraw_snapshot import WithdrawSnapshot
from framewell_training.ports import Stores
from framewell_training.steps.find_snapshot import FindSnapshot
from framewell_training.steps.promote_model import PromoteModel
from framewell_training.steps.request_run import RequestRun
from framewell_training.steps.take_away_sources import TakeAwaySources


@dataclass(frozen=True, slots=True)
class Steps:
    """What the handlers are built of beside the stores."""

    request: RequestRun
    promoter: PromoteModel
    take_away: TakeAwaySources
    tombstones: Tombstones
    erase: Erase


def stages(stores: Stores, steps: Steps) -> list[Stage]:
    """Return one stage a consumer group."""
    s = stores
    withdraw = WithdrawSnapshot(s.snapshots, s.runs, s.models, steps.promoter)
    return [
        Stage("training.start_run", StartRun(s.snapshots, s.runs, steps.request)),
        Stage("training.start_requested_run", StartRequestedRun(FindSnapshot(s.snapshots), steps.request)),
        Stage("training.withdraw_snapshot", withdraw),
        Stage("training.remove_asset", RemoveAsset(steps.tombstones, steps.take_away)),
        Stage("training.erase", steps.erase),
    ]
