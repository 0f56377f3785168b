"""Hours of the day in which archive work is done, by the clock on somebody's wall."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Every day from `begin` to `end`, `HH:MM` on the clocks of `zone`; over midnight where `end` is earlier.

    Raises ValueError for what is no time of day, a zone that is not known here, and an empty window.
    """

    begin: str
    end: str
    zone: str = "UTC"

    def __post_init__(self) -> None:
        for text in (self.begin, self.end):
            if not _TIME.fullmatch(text):
                raise ValueError(f"{text!r} is no time of day: write it HH:MM, e.g. 22:00")
        if self.begin == self.end:
            raise ValueError(
                f"from {self.begin} to {self.end} leaves no time: leave the hours out for all day"
            )
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"{self.zone!r} is no time zone that is known here: write it as the IANA database does, "
                "e.g. Europe/Berlin"
            ) from None

    def __str__(self) -> str:
        return f"{self.begin} to {self.end} ({self.zone})"

    def open_at(self, now: datetime) -> bool:
        """Return whether it is time to work."""
        clock = now.astimezone(ZoneInfo(self.zone)).strftime("%H:%M")
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end
