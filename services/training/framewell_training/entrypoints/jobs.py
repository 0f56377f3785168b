"""Leased jobs reach the handler that does runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.stream import Reason
from framewell_training.domain.completion import failed
from framewell_training.domain.runs import Step
from framewell_training.handlers.train_run import TrainRun, Workshop


class JobWorkshops(Workshop, Protocol):
    """A workshop that its attempt can leave."""

    def leave(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RunJob:
    """One attempt at a run. Its facts leave with the run's own document, so it returns none."""

    train: TrainRun
    workshop: Callable[[Job, Lease], JobWorkshops]

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        workshop = self.workshop(job, lease)
        try:
            await self.train(job.key, workshop, job.cause)
        finally:
            workshop.leave()
        return ()


def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
    """A run that no worker survives, or that keeps failing, is told like every other failure."""
    return [failed(job.key, str(job.payload.get("dataset_id", "")), reason.code, str(reason))]


def job_kinds(run: RunJob) -> list[JobKind]:
    """A centroid takes a second, a challenge minutes: neither waits for the other."""
    return [JobKind(step.job_kind, run, gave_up=gave_up) for step in Step]
