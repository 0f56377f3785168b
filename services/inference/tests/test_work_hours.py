"""Hours of the day, over midnight and over changes of the clock."""

from datetime import UTC, datetime

import pytest

from framewell_inference.domain.work_hours import WorkHours

NIGHT = WorkHours("22:00", "06:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-01-10T20:59:00", False),  # 21:59 in Berlin
        ("2026-01-10T21:00:00", True),
        ("2026-01-11T04:59:00", True),
        ("2026-01-11T05:00:00", False),
        ("2026-07-10T19:59:00", False),  # summer: two hours ahead
        ("2026-07-10T20:00:00", True),
        ("2026-03-29T03:59:00", True),  # the night in which 2:00 becomes 3:00
        ("2026-03-29T04:00:00", False),
    ],
)
def test_a_night_is_that_of_its_zone(moment: str, is_open: bool) -> None:
    assert NIGHT.open_at(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


def test_a_window_within_a_day() -> None:
    morning = WorkHours("06:00", "09:30")
    assert [morning.open_at(datetime(2026, 1, 1, hour, 15, tzinfo=UTC)) for hour in (5, 6, 9, 10)] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "end", "zone", "reason"),
    [
        ("22", "06:00", "UTC", "HH:MM"),
        ("24:00", "06:00", "UTC", "HH:MM"),
        ("22:00", "22:00", "UTC", "leaves no time"),
        ("22:00", "06:00", "Mars/Olympus", "no time zone"),
        ("22:00", "06:00", "../etc/passwd", "no time zone"),
    ],
)
def test_hours_that_cannot_be_are_refused_in_words(begin: str, end: str, zone: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        WorkHours(begin, end, zone)
