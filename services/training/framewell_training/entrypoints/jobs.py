"""Leased jobs reach the handler that does runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.stream import Reason
from framewell_training.commands.train_run import RunContext, TrainRun
from framewell_training.domain.completion import failed
from framewell_training.domain.runs import Step


class LeavableRunContext(RunContext, Protocol):
    """A run context that its attempt can leave."""

    def leave(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RunJob:
    """One attempt at a run. Its facts leave with the run's own document, so it returns none."""

    train: TrainRun
    context: Callable[[Job, Lease], LeavableRunContext]

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        context = self.context(job, lease)
        try:
            await self.train(job.key, context, job.cause)
        finally:
            context.leave()
        return ()


def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
    """Return training.completed (failed) for a run that no worker survives or that keeps failing."""
    return [failed(job.key, str(job.payload.get("dataset_id", "")), reason.code, reason.sentence)]


def job_kinds(run: RunJob) -> list[JobKind]:
    """Return one job kind per step, so that a centroid (a second) never waits for a challenge (minutes)."""
    return [JobKind(step.job_kind, run, gave_up=gave_up) for step in Step]
