"""Runs rows one after the other on one broker and one database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from chaos.ground import Ground, ground
from chaos.outcome import Outcome
from chaos.rows import content, heavy, outages, workers
from chaos.rows.backlog import backlog
from chaos.scale import Scale
from chaos.servers import Servers

Row = Callable[[Ground], Awaitable[Outcome]]

ROWS: Final[dict[str, Row]] = {
    "kills": workers.kills,
    "broker": outages.broker,
    "away": outages.away,
    "database": outages.database,
    "zombies": workers.zombies,
    "overrun": heavy.overrun,
    "killer": heavy.killer,
    "disk": heavy.disk,
    "poison": content.poison,
    "breaker": content.breaker,
    "letters": content.letters,
    "replay": content.replay,
    "sigterm": workers.sigterm,
    "clocks": workers.clocks,
    "backlog": backlog,
}
"""Every row by its name, in the order of the table."""

ROW_SECONDS = 600.0


async def run_row(name: str, servers: Servers, folder: Path, scale: Scale, *, broken: str = "") -> Outcome:
    """Run one row; what goes wrong in it is a problem of its outcome, not an error."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(ROW_SECONDS), ground(servers, folder, scale, broken) as laid:
            outcome = await ROWS[name](laid)
    except Exception as error:  # noqa: BLE001 - the other rows are to run all the same
        outcome = Outcome(
            name, f"{name}: could not be finished", problems=[f"{type(error).__name__}: {error}"]
        )
    outcome.seconds = time.monotonic() - began
    return outcome


async def run_rows(
    names: Sequence[str], servers: Servers, folder: Path, scale: Scale, told: Callable[[Outcome], None]
) -> list[Outcome]:
    """Run these rows in order; `told` hears of each as it ends."""
    outcomes = []
    for name in names:
        outcome = await run_row(name, servers, folder / name, scale)
        told(outcome)
        outcomes.append(outcome)
    return outcomes
