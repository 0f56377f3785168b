"""Leased jobs: work that costs minutes and survives its worker (fetch, plan, train, re-label, erase).

Inserted once by their cause, live before archive, fenced by epoch, taken over after expiry; their facts
leave by the outbox together with their end.
"""

from framewell_kit.jobs.model import HandOver, Job, JobKind, Lease, LeaseLost
from framewell_kit.jobs.runner import JobRunner
from framewell_kit.jobs.store import Jobs

__all__ = ["HandOver", "Job", "JobKind", "JobRunner", "Jobs", "Lease", "LeaseLost"]
