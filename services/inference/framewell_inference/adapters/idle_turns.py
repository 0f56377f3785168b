"""Turns of archive work at the permits by which arriving chunks are analysed."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from framewell_kit.clock import Clock
from framewell_kit.stream import Permits


@dataclass(frozen=True, slots=True)
class PermitTurns:
    """IdleTurns on the permits of the stage that analyses chunks."""

    permits: Permits
    clock: Clock

    def turn(self) -> AbstractAsyncContextManager[None]:
        return self.permits.when_idle(self.clock.sleep)
