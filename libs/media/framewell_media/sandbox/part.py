"""The sandbox as a part of a service's process: warm before the first job, gone with the process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from framewell_media.errors import SandboxUnavailable
from framewell_media.sandbox.runner import Sandbox


@dataclass(slots=True)
class SandboxPart:
    """Starts the zygote in the background; the process is ready once it is warm."""

    sandbox: Sandbox
    name: str = "sandbox"
    _reason: str = "the media sandbox is warming up"
    _warming: asyncio.Task[None] | None = field(default=None)

    async def start(self) -> None:
        self._warming = asyncio.create_task(self._warm())

    async def stop(self, seconds: float) -> None:  # noqa: ARG002 - closing is immediate
        if self._warming is not None:
            self._warming.cancel()
        await asyncio.to_thread(self.sandbox.close)

    def waiting(self) -> str:
        return self._reason

    async def _warm(self) -> None:
        try:
            await asyncio.to_thread(self.sandbox.start)
        except SandboxUnavailable as missing:
            self._reason = str(missing)
        else:
            self._reason = ""
