"""A run's checkpoints while its job is leased: safetensors in the object store, named by the job."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event
from typing import Any, Final, TypeVar

from framewell_contracts.sentences import say
from framewell_kit.jobs import Job, Lease
from framewell_kit.objects.protocol import Objects, reference
from framewell_kit.outcomes import NotFound
from framewell_training.domain.runs import RunStopped, epoch_stage
from framewell_training.ports import RunRepository

T = TypeVar("T")

Ask = Callable[[], Awaitable[None]]
"""Raises RunStopped when the run must not go on."""

MEDIA_TYPE: Final = "application/octet-stream"
SUFFIX: Final = ".safetensors"

STORE_SECONDS: Final = 60.0
"""Longest that a training thread waits for the stores, before it takes the run for lost."""


@dataclass(slots=True)
class JobRunContext:
    """RunContext for one attempt at a job; also the Checkpoints that the training thread writes through.

    The thread cannot be cancelled: once the attempt is left, its next checkpoint stops it. Only the last
    checkpoint is kept; the one before is removed after the job names the new one.
    """

    job: Job
    lease: Lease
    runs: RunRepository
    objects: Objects
    loop: asyncio.AbstractEventLoop
    _last: str = ""
    _ask: Ask | None = None
    _left: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._last = str(self.job.progress.get("checkpoint", ""))

    @property
    def checkpoints(self) -> JobRunContext:
        return self

    def latest(self) -> bytes | None:
        return self._await(self._read()) if self._last else None

    def keep(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        self._await(self._write(epoch, epochs, state, loss))

    def guard(self, ask: Ask) -> None:
        self._ask = ask

    def leave(self) -> None:
        """Let a thread that still trains stop at its next checkpoint."""
        self._left.set()

    async def forget_checkpoints(self) -> None:
        if self._last:
            await self.objects.delete(self._last)

    async def _read(self) -> bytes | None:
        try:
            return await self.objects.read(self._last)
        except NotFound:
            return None  # The run then trains from the beginning, to the same end.

    async def _write(self, epoch: int, epochs: int, state: bytes, loss: float) -> None:
        await self.runs.report(self.job.key, epoch_stage(epoch, epochs), 0.1 + 0.8 * epoch / epochs)
        await self.runs.measured(self.job.key, epoch, loss)
        if self._ask is not None:
            await self._ask()
        planned = reference(sha256(state).hexdigest(), len(state), MEDIA_TYPE, SUFFIX)
        await self.runs.note_object(self.job.key, planned)
        ref = await self.objects.put(state, media_type=MEDIA_TYPE, suffix=SUFFIX)
        await self.lease.save({"checkpoint": ref.key, "epoch": epoch})
        if self._last and self._last != ref.key:
            await self.objects.delete(self._last)
            await self.runs.note_object(self.job.key, ref, instead=self._last)
        self._last = ref.key

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        if self._left.is_set() or self.loop.is_closed():
            work.close()
            raise RunStopped(
                "left", say("run_stopped.left", "its worker left the run; another one goes on with it")
            )
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(STORE_SECONDS)
