"""A dataset service in memory for every test."""

import pytest

from framewell_dataset.testing import DatasetBench


@pytest.fixture
async def bench() -> DatasetBench:
    return await DatasetBench().start()
