"""Which fact reaches which handler."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage
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


def stages(handlers: Handlers, decisions: DecisionLog) -> list[Stage]:
    """Return the subscriptions of training."""
    return [
        Stage("training.start_run", handlers.start_run),
        Stage("training.start_requested_run", handlers.start_requested_run),
        Stage("training.withdraw_snapshot", handlers.withdraw_snapshot),
        Stage("training.erase", handlers.erase, decide_once=decisions),
    ]
