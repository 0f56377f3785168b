"""A run: which snapshot, which recipe, which parameters, which seed; the same four are the same run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
        """The first 32 hex digits of the SHA-256 of the key in canonical JSON."""
        said = [self.snapshot_id, self.recipe, sorted(self.parameters.items()), self.seed, self.step.value]
        return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands."""

    run_id: str
    key: RunKey
    dataset_id: str
    state: RunState
    stage: str
    """What it does now, for people: `epoch 3 of 60`."""
    progress: float
    """0 to 1."""
    requested_at: datetime
    completed: bytes = b""
    """The fact it ended in (TrainingCompleted), serialised; empty while it has not ended."""


class RunStopped(Exception):
    """The run must not go on: cancelled by a person, its snapshot withdrawn, or overtaken by a newer one."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
