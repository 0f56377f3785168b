"""Cues of a document in ttconv's model, which follows W3C TTML2: a child lies in the time of its parent."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from ttconv import model

from framewell_media.captions.cues import Cue

_MAX_STEPS: Final = 500
"""Changes of the text inside one paragraph at most."""
_NOT_SHOWN: Final = (model.Rt, model.Rp, model.Rtc)
"""Ruby annotations: readings of the text beside them."""

_Interval = tuple[Fraction, Fraction]


def cues_of(document: Any, end: Fraction) -> Iterator[Cue]:
    """Yield a cue for every state of every paragraph; what has no end lasts until `end`.

    What has no time in which it is shown is a cue that ends no later than it begins.
    """
    body = document.get_body()
    if body is not None:
        yield from _within(body, (Fraction(0), end))


def _within(element: Any, parent: _Interval) -> Iterator[Cue]:
    interval = _interval(element, parent)
    if isinstance(element, model.P):
        yield from _states(element, interval)
        return
    for child in element:
        yield from _within(child, interval)


def _states(paragraph: Any, interval: _Interval) -> Iterator[Cue]:
    pieces = list(_pieces(paragraph, interval))
    if untimed := "".join(text for (start, end), text in pieces if start >= end).strip():
        yield Cue(interval[0], min(interval), untimed)
    pieces = [(within, text) for within, text in pieces if within[0] < within[1]]
    times = sorted({time for within, _ in pieces for time in within})[: _MAX_STEPS + 1]
    for start, end in pairwise(times):
        text = "".join(text for within, text in pieces if within[0] <= start and end <= within[1])
        yield Cue(start, end, text)


def _pieces(element: Any, interval: _Interval) -> Iterator[tuple[_Interval, str]]:
    for child in element:
        if isinstance(child, _NOT_SHOWN):
            continue
        if isinstance(child, model.Br):
            yield interval, "\n"
        elif isinstance(child, model.Text):
            yield interval, child.get_text()
        else:
            yield from _pieces(child, _interval(child, interval))


def _interval(element: Any, parent: _Interval) -> _Interval:
    begin, end = element.get_begin(), element.get_end()
    if begin and isinstance(element, model.Body | model.Div):
        end = None  # ttconv leaves the begin out of the ends that it works out for them
    first = parent[0] + (begin or 0)
    last = parent[1] if end is None else min(parent[1], parent[0] + end)
    return first, last
