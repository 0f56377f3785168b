"""Moments and spans of time in words."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from framewell_contracts.sentences import say


def clock_text(moment: Timestamp) -> str:
    """Return a moment as the clock shows it: `20:15:00 UTC`."""
    return f"{moment.ToDatetime(UTC):%H:%M:%S} UTC"


def when(moment: Timestamp, now: datetime) -> str:
    """Return when that comes: `in 12 s (20:15:00 UTC)`."""
    seconds = (moment.ToDatetime(UTC) - now).total_seconds()
    if seconds <= 0:
        return say("when.now", "now")
    return say("when.in", "in {time} ({clock})", time=_seconds(seconds), clock=clock_text(moment))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago that was: `12 s`, `5 min`."""
    return _seconds(max((now - moment).total_seconds(), 0.0))


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
