"""What was seen in an asset, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import Observation, Span
from framewell_inference.ports import ObservationStore
from framewell_kit.outcomes import Rejected

DEFAULT_PAGE: Final = 1000
LARGEST_PAGE: Final = 5000
"""About a megabyte of observations: an answer stays below the message limit."""


@dataclass(frozen=True, slots=True)
class ListObservations:
    """In order of chunk, analyser and time. A page token is the place to go on from: set and offset."""

    observations: ObservationStore

    async def __call__(
        self, asset_id: str, analysers: Sequence[str], stretch: Span | None, page_size: int, token: str
    ) -> tuple[list[Observation], str]:
        """One page and the token of the next, empty on the last. Raises Rejected for a broken token."""
        first, offset = _place(token)
        limit = min(page_size or DEFAULT_PAGE, LARGEST_PAGE)
        page: list[Observation] = []
        for position, stored in enumerate(await self.observations.sets(asset_id, analysers)):
            if position < first or not stored.count:
                continue
            observations = (await self.observations.read(stored)).observations
            start = offset if position == first else 0
            for ordinal in range(start, len(observations)):
                if len(page) == limit:
                    return page, f"{position}:{ordinal}"
                if stretch is None or _within(observations[ordinal], stretch):
                    page.append(observations[ordinal])
        return page, ""


def _place(token: str) -> tuple[int, int]:
    if not token:
        return 0, 0
    position, _, ordinal = token.partition(":")
    if not (position.isdecimal() and ordinal.isdecimal()):
        raise Rejected(f"{token!r} is no page token of this method", code="bad_page_token")
    return int(position), int(ordinal)


def _within(observation: Observation, stretch: Span) -> bool:
    return observation.span.start_pts < stretch.end_pts and observation.span.end_pts > stretch.start_pts
