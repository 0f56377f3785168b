"""How far a change of rights has come, step by step, from what services say of it."""

from collections.abc import Sequence
from typing import Final

from framewell.dataset.v1.rights_service_pb2 import ReplacedSnapshot, RightsChange
from framewell.gateway.v1 import rights_view_pb2 as pb
from framewell.gateway.v1.rights_view_pb2 import FateState, FateStep, RightsChangeFate
from framewell.training.v1 import training_service_pb2 as training

ENDED: Final = (
    training.RUN_STATE_DONE,
    training.RUN_STATE_FAILED,
    training.RUN_STATE_CANCELLED,
)

NOTHING_TO_LEARN: Final = "empty_snapshot"
"""Code of the run of a snapshot without samples: whoever it held must not be known, and no model follows."""


def steps_of(fate: RightsChangeFate) -> list[FateStep]:
    """Return the steps from the statement to the new model, in order."""
    change, snapshots = fate.change, fate.snapshots
    samples = _samples(change)
    replaced = _snapshots(change, snapshots)
    if "runs" in fate.unavailable:
        unknown = [FateStep(step=name, state=pb.FATE_STATE_UNKNOWN) for name in ("runs", "models")]
        return [_statements(change), samples, replaced, *unknown]
    runs = _runs(replaced, snapshots, fate.runs)
    return [_statements(change), samples, replaced, runs, _models(runs, fate)]


def _step(name: str, state: "FateState.ValueType", done: int = 0, total: int = 0) -> FateStep:
    return FateStep(step=name, state=state, done=done, total=total)


def _statements(change: RightsChange) -> FateStep:
    count = len(change.statements)
    state = pb.FATE_STATE_DONE if change.applied else pb.FATE_STATE_UNDER_WAY
    return _step("statements", state, count, count)


def _samples(change: RightsChange) -> FateStep:
    count = (
        change.samples_withdrawn + change.samples_withheld + change.samples_proposed + change.samples_repriced
    )
    if not change.applied:
        return _step("samples", pb.FATE_STATE_UNDER_WAY, count)
    return _step("samples", pb.FATE_STATE_DONE if count else pb.FATE_STATE_NOT_NEEDED, count, count)


def _snapshots(change: RightsChange, snapshots: Sequence[ReplacedSnapshot]) -> FateStep:
    done = sum(1 for one in snapshots if one.successor_number)
    total = change.snapshot_count
    if total and done == len(snapshots):
        return _step("snapshots", pb.FATE_STATE_DONE, total, total)
    if total or not change.applied:
        waits = pb.FATE_STATE_UNDER_WAY if total else pb.FATE_STATE_WAITING
        return _step("snapshots", waits, done, total)
    return _step("snapshots", pb.FATE_STATE_NOT_NEEDED)


def successors(snapshots: Sequence[ReplacedSnapshot]) -> list[str]:
    """Return the snapshots that take the place of others and are published, each once."""
    return list(dict.fromkeys(one.successor_id for one in snapshots if one.successor_number))


def _runs(before: FateStep, snapshots: Sequence[ReplacedSnapshot], runs: Sequence[training.Run]) -> FateStep:
    if before.state in (pb.FATE_STATE_NOT_NEEDED, pb.FATE_STATE_WAITING):
        return _step("runs", before.state)
    wanted = {one.successor_id for one in snapshots}
    first = [run for run in runs if run.step != "challenge"]
    ended = {run.snapshot_id for run in first if run.state in ENDED}
    done = {run.snapshot_id for run in first if run.state == training.RUN_STATE_DONE}
    empty = {run.snapshot_id for run in first if run.completed.outcome.failed.code == NOTHING_TO_LEARN}
    if before.state != pb.FATE_STATE_DONE or not wanted <= ended:
        state = pb.FATE_STATE_UNDER_WAY if runs else pb.FATE_STATE_WAITING
    elif done:
        state = pb.FATE_STATE_DONE
    else:
        state = pb.FATE_STATE_NOT_NEEDED if wanted <= empty else pb.FATE_STATE_FAILED
    return _step("runs", state, len(done), len(wanted - empty))


def _models(before: FateStep, fate: RightsChangeFate) -> FateStep:
    if before.state in (pb.FATE_STATE_NOT_NEEDED, pb.FATE_STATE_WAITING):
        return _step("models", before.state)
    serving = sum(1 for one in fate.models if one.in_service)
    usable = [one for one in fate.models if not one.withdrawn]
    if serving:
        return _step("models", pb.FATE_STATE_DONE, serving, len(usable))
    if before.state == pb.FATE_STATE_UNDER_WAY:
        return _step("models", pb.FATE_STATE_WAITING)
    state = pb.FATE_STATE_PERSON if usable else pb.FATE_STATE_NOT_NEEDED
    return _step("models", state, 0, len(usable))
