"""A run: which snapshot, which recipe, which parameters, which seed; the same four are the same run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.training.v1.training_pb2 import TrainingCompleted
from framewell_contracts.sentences import Sentence, say

WITHDRAWN = "snapshot_withdrawn"
REMOVED = "source_removed"
ERASED = "source_erased"
"""Codes of runs that stopped, and of models that must not be used, since what they rest on is gone."""

WAITS: Final = say("stage.waits", "waits for a worker")
READS: Final = say("stage.reads", "reads the snapshot")
LEARNS: Final = say("stage.learns", "learns")
EXPORTS: Final = say("stage.exports", "exports and compares")
JUDGED: Final = say("stage.judged", "judged")
STOPS: Final = say("stage.stops", "stops")
ENDED: Final = say("stage.ended", "ended")


def epoch_stage(epoch: int, epochs: int) -> Sentence:
    """Return the stage of a run that has learned so many epochs of all of them."""
    return say("stage.epoch", "epoch {epoch} of {epochs}", epoch=epoch, epochs=epochs)


class RunState(StrEnum):
    """How far a run has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (RunState.DONE, RunState.FAILED, RunState.CANCELLED)


class Step(StrEnum):
    """The two steps of learning from a snapshot, a run each."""

    CENTROID = "centroid"
    """Version n.0, within a second."""
    CHALLENGE = "challenge"
    """Version n.1, trained, and only if it earns its place."""

    @property
    def job_kind(self) -> str:
        """Return the kind of job that does the step: two, so that a centroid never waits for a challenge."""
        return f"train-{self.value}"


@dataclass(frozen=True, slots=True)
class RunKey:
    """What makes a run the same run. `parameters` are complete: the recipe has filled in its defaults."""

    snapshot_id: str
    recipe: str
    parameters: Mapping[str, str]
    seed: int
    step: Step = Step.CENTROID

    @property
    def run_id(self) -> str:
        """Return the first 32 hex digits of the SHA-256 of the key in canonical JSON."""
        identity = [
            self.snapshot_id,
            self.recipe,
            sorted(self.parameters.items()),
            self.seed,
            self.step.value,
        ]
        return hashlib.sha256(json.dumps(identity, separators=(",", ":")).encode()).hexdigest()[:32]

    def challenge(self) -> RunKey:
        """Return the key of the challenge to the centroid that this key makes."""
        return replace(self, step=Step.CHALLENGE)

    @property
    def family(self) -> str:
        """Return the id of the first of the two steps: both make versions of one number."""
        return replace(self, step=Step.CENTROID).run_id


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands."""

    run_id: str
    key: RunKey
    dataset_id: str
    state: RunState
    stage: str
    """What it does now, for people: `epoch 3 of 60`, one of those above."""
    progress: float
    """0 to 1."""
    requested_at: datetime
    completed: TrainingCompleted | None = None
    """The fact it ended in; None while it has not ended."""
    requested_by: Actor | None = None
    """Who asked for it; None for runs of before this was kept."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    losses: Mapping[int, float] = field(default_factory=dict)
    """What was lost in each epoch that has ended: mean weighted cross-entropy."""


class RunStopped(Exception):
    """The run must not go on: cancelled, overtaken, or its snapshot or something in it is gone."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
