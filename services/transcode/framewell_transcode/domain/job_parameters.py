"""The parameters of the sandbox's jobs as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.timeline import Timeline
from framewell_transcode.domain.proxy import ProxyRecipe, Size


def timeline_parameters(timeline: Timeline) -> dict[str, Any]:
    """Return a clock as JSON values."""
    rate = timeline.frame_rate
    return asdict(timeline) | {
        "time_base": str(timeline.time_base),
        "frame_rate": str(rate) if rate is not None else None,
    }


def timeline_from(values: Mapping[str, Any]) -> Timeline:
    """Return the clock of JSON values. Raises TypeError or ValueError for what is none."""
    rate = values["frame_rate"]
    ratios = {"time_base": Fraction(values["time_base"]), "frame_rate": Fraction(rate) if rate else None}
    return Timeline(**{**values, **ratios})


def clock_parameters(clock: SourceClock) -> list[list[Any]]:
    """Return the runs of a file's clock as JSON values."""
    return [
        [str(run.source_start), str(run.source_end), str(run.start), run.first_byte] for run in clock.runs
    ]


def clock_from(values: Sequence[Sequence[Any]]) -> SourceClock:
    """Return the clock of JSON values. Raises TypeError or ValueError for what is none."""
    return SourceClock(
        tuple(
            ClockRun(Fraction(start), Fraction(end), Fraction(at), first_byte)
            for start, end, at, first_byte in values
        )
    )


def recipe_parameters(recipe: ProxyRecipe) -> dict[str, Any]:
    """Return a recipe as JSON values."""
    return asdict(recipe)


def recipe_from(values: Mapping[str, Any]) -> ProxyRecipe:
    """Return the recipe of JSON values. Raises KeyError or TypeError for what is none."""
    sizes = {name: Size(**values[name]) for name in ("box", "sample_box")}
    return ProxyRecipe(**{**values, **sizes})
