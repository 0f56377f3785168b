"""A dataset service in memory for every test."""

from collections.abc import AsyncIterator

import pytest

from framewell_dataset.testing import DatasetBench


@pytest.fixture
async def bench() -> AsyncIterator[DatasetBench]:
    async with DatasetBench() as started:
        yield started
