"""Sweeping uploads that nobody asked for, and downloads that nobody went on with, in time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from framewell_ingest.ports import DownloadRepository, UploadRepository
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy
from framewell_kit.telemetry import logger

log = logger(__name__)
_SWEEP_SECONDS: Final = 3600.0


@dataclass(slots=True)
class UploadSweep:
    """A part of the process that lets go of old uploads and downloads, once an hour."""

    uploads: UploadRepository
    downloads: DownloadRepository
    clock: Clock
    name: str = "uploads"
    _sweeping: asyncio.Future[Any] | None = field(default=None, init=False)

    async def start(self) -> None:
        self._sweeping = asyncio.ensure_future(self._sweep())

    async def stop(self, seconds: float) -> None:  # noqa: ARG002 - nothing is under way for long
        if self._sweeping is not None:
            self._sweeping.cancel()

    def waiting(self) -> str:
        return ""

    async def _sweep(self) -> None:
        while True:
            try:
                if forgotten := await self.uploads.forget_old():
                    log.info("old uploads forgotten", count=forgotten)
                if forgotten := await asyncio.to_thread(self.downloads.forget_old):
                    log.info("old downloads forgotten", count=forgotten)
            except Busy as busy:
                log.warning("old uploads not swept", reason=busy.reason)
            await self.clock.sleep(_SWEEP_SECONDS)
