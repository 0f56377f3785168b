"""One warm zygote for all tests of the media library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewell_media.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        ["framewell_media.jobs.captions", "framewell_media.jobs.probe", "framewell_media.jobs.plan",
         "framewell_media.jobs.self_check", "framewell_media.testing.hostile_jobs"]
    ) as running:  # fmt: skip
        yield running
