"""The clock behind the port, and how a test makes it wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from framewell_kit.clock import SystemClock
from framewell_kit.settings import MeshSettings


def test_the_time_of_day_is_right_unless_a_test_wants_it_wrong() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=1)
    ahead = SystemClock(3600.0)
    assert timedelta(minutes=59) < ahead.now() - datetime.now(UTC) <= timedelta(minutes=61)
    assert abs(ahead.monotonic() - SystemClock().monotonic()) < 1  # only the time of day is wrong


def test_the_skew_is_a_setting_and_nothing_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MeshSettings().clock_skew_seconds == 0
    monkeypatch.setenv("FRAMEWELL_CLOCK_SKEW_SECONDS", "-3600")
    assert MeshSettings().clock_skew_seconds == -3600
