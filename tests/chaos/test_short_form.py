"""The short form of `make chaos`: every row, with less of everything, on every `make test`.

The real mesh (`assets`) is left to the long form; the story tests run it here. And what the rows are worth:
each of four broken runtimes is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.outcome import Outcome, table
from chaos.runner import SHORT_ROWS, run_row, run_together
from chaos.scale import SHORT
from chaos.servers import Servers, servers

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

# Which row notices which broken runtime, and by which words.
CAUGHT = {
    "commit_first": ("kills", "committed past"),
    "unordered": ("kills", "not first attempted in order"),
    "undecided": ("replay", "doubled"),
    "unfenced": ("zombies", "older epoch"),
}

# Little, and little patience: what a broken runtime lost does not come.
LITTLE = replace(SHORT, kills=1, replayed=200, patience_seconds=8)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A broker and a database that the rows may kill."""
    with servers(tmp_path_factory.mktemp("servers") / "servers") as both:
        yield both


@pytest.fixture(scope="module")
def outcomes(both: Servers, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """Every row's outcome, by its name."""
    folder = tmp_path_factory.mktemp("chaos")
    return asyncio.run(run_together(SHORT_ROWS, both, folder, SHORT, lambda _: None))


@pytest.mark.parametrize("row", SHORT_ROWS)
def test_the_promises_hold(row: str, outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes[row].clean, table([outcomes[row]])


async def test_a_broken_runtime_is_caught(both: Servers, tmp_path: Path) -> None:
    outcomes = await asyncio.gather(
        *(run_row(row, both, tmp_path / broken, LITTLE, broken=broken) for broken, (row, _) in CAUGHT.items())
    )
    for (broken, (_, words)), outcome in zip(CAUGHT.items(), outcomes, strict=True):
        found = [*outcome.problems, *(["doubled"] if outcome.doubled else [])]
        assert not outcome.clean, f"nobody noticed {broken}"
        assert any(words in problem for problem in found), f"{broken} was noticed as {found}"
