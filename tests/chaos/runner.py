"""Runs rows on one broker and one database."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from chaos.environment import Environment, prepare_environment
from chaos.outcome import Outcome
from chaos.rows import content, disks, heavy, outages, workers
from chaos.rows.assets import assets
from chaos.rows.backlog import backlog
from chaos.scale import Scale
from chaos.servers import Servers

Row = Callable[[Environment], Awaitable[Outcome]]

ROWS: Final[dict[str, Row]] = {
    "kills": workers.kills,
    "broker": outages.broker,
    "away": outages.away,
    "database": outages.database,
    "zombies": workers.zombies,
    "overrun": heavy.overrun,
    "killer": heavy.killer,
    "disk": disks.disk,
    "limit": disks.limit,
    "full": disks.full,
    "poison": content.poison,
    "breaker": content.breaker,
    "dead-letters": content.dead_letters,
    "replay": content.replay,
    "sigterm": workers.sigterm,
    "clocks": workers.clocks,
    "backlog": backlog,
    "assets": assets,
}
"""Every row by its name, in the order of the table."""

SHORT_ROWS: Final = [name for name in ROWS if name not in {"full", "assets"}]
"""The rows of the short form: not those that start servers or a mesh of their own."""

# These take broker or database away from everybody.
ALONE: Final = frozenset({"broker", "away", "database"})
AT_ONCE = 4
ROW_SECONDS = 600.0
ALL_SECONDS = 45 * 60.0


async def run_row(
    name: str, servers: Servers, folder: Path, scale: Scale, *, broken: str = "", within: float = ROW_SECONDS
) -> Outcome:
    """Run one row; what goes wrong in it is a problem of its outcome, not an error."""
    began = time.monotonic()
    try:
        async with (
            asyncio.timeout(within),
            prepare_environment(servers, folder, scale, broken) as environment,
        ):
            outcome = await ROWS[name](environment)
    except Exception as error:  # noqa: BLE001 - the other rows are to run all the same
        outcome = Outcome(
            name, f"{name}: could not be finished", problems=[f"{type(error).__name__}: {error}"]
        )
    outcome.seconds, outcome.load = time.monotonic() - began, os.getloadavg()[0]
    return outcome


async def run_rows(
    names: Sequence[str], servers: Servers, folder: Path, scale: Scale, ended: Callable[[Outcome], None]
) -> list[Outcome]:
    """Run these rows one after the other; `ended` is called with each."""
    outcomes, end = [], time.monotonic() + ALL_SECONDS
    for name in names:
        within = min(ROW_SECONDS, end - time.monotonic())
        outcome = await run_row(name, servers, folder / name, scale, within=within)
        ended(outcome)
        outcomes.append(outcome)
    return outcomes


async def run_together(
    names: Sequence[str], servers: Servers, folder: Path, scale: Scale, ended: Callable[[Outcome], None]
) -> dict[str, Outcome]:
    """Run these rows, some of them at once where none takes the servers away from the others."""
    alone = await run_rows([name for name in names if name in ALONE], servers, folder, scale, ended)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> Outcome:
        async with places:
            return (await run_rows([name], servers, folder, scale, ended))[0]

    others = await asyncio.gather(*(one(name) for name in names if name not in ALONE))
    found = {outcome.name: outcome for outcome in (*alone, *others)}
    return {name: found[name] for name in names}
