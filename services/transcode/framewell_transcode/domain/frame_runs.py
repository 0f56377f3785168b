"""Runs of evenly spaced pictures: what a frame table is listed as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameRun:
    """Picture `first_frame` + i begins at `start_pts` + floor((i * `ticks` + `phase`) / `of`)."""

    first_frame: int
    start_pts: int
    frames: int
    ticks: int
    of: int
    phase: int

    def pts(self, frame: int) -> int:
        """Return when a picture of the run begins."""
        return self.start_pts + ((frame - self.first_frame) * self.ticks + self.phase) // self.of
