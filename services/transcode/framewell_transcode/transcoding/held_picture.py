"""A segment for a chunk that could not be made: its neighbour's picture, held."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from framewell_transcode.domain.boxes import Segment
from framewell_transcode.domain.proxy import TICKS_PER_SECOND, ProxyRecipe
from framewell_transcode.ports.driver import MediaDriver

Edge = Literal["first", "last"]


def hold_picture(
    driver: MediaDriver,
    neighbour: Segment,
    edge: Edge,
    recipe: ProxyRecipe,
    frame_rate: Fraction,
    *,
    start_tick: int,
    end_tick: int,
) -> Segment:
    """Return a segment from `start_tick` to `end_tick` of the proxy's clock that shows one picture.

    It is the `last` picture of a neighbour that comes before, the `first` of one that comes after; once a
    second, so that a player can seek.
    """
    picture = driver.edge_picture(neighbour.header + neighbour.media, edge)
    writer = driver.segment_writer(recipe, picture, frame_rate, start_tick=start_tick, end_tick=end_tick)
    for at in range(start_tick, end_tick, TICKS_PER_SECOND):
        writer.push(driver.copy(picture), at)
    return writer.finish()
