"""The short form of `make chaos`: every row, with less of everything, on every `make test`.

The real mesh (`assets`) is left to the long form; the story tests run it here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from chaos.outcome import Outcome, table
from chaos.runner import SHORT_ROWS, run_together
from chaos.scale import SHORT
from chaos.servers import servers

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Outcome]]:
    """Every row's outcome, by its name."""
    folder = tmp_path_factory.mktemp("chaos")
    with servers(folder / "servers") as both:
        yield asyncio.run(run_together(SHORT_ROWS, both, folder, SHORT, lambda _: None))


@pytest.mark.parametrize("row", SHORT_ROWS)
def test_the_promises_hold(row: str, outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes[row].clean, table([outcomes[row]])
