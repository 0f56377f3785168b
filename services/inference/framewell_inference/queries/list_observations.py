"""What was observed in an asset, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import Observation, Span
from framewell_inference.domain.stored import StoredSet
from framewell_inference.ports.repositories import ObservationRepository
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import Page, PageRequest, decode_token, encode_token

DEFAULT_PAGE: Final = 1000
LARGEST_PAGE: Final = 5000
"""About a megabyte of observations: an answer stays below the message limit."""


@dataclass(frozen=True, slots=True)
class ListObservations:
    """Return observations in order of chunk, analyser and time.

    A page token names the last observation of a page: its set and its ordinal in it. Sets are immutable,
    so the next page begins right behind it, whatever was added meanwhile.
    """

    observations: ObservationRepository

    async def __call__(
        self, asset_id: str, analysers: Sequence[str], span: Span | None, page: PageRequest
    ) -> Page[Observation]:
        """Return one page. Raises Rejected for a token that is not one of this list."""
        found: list[tuple[StoredSet, int, Observation]] = []
        async for stored, first in self._sets(asset_id, analysers, page.token):
            if not stored.count:
                continue
            observations = (await self.observations.read(stored)).observations
            for ordinal in range(first, len(observations)):
                if span is not None and not _overlap(observations[ordinal].span, span):
                    continue
                if len(found) == page.size:
                    last, at, _ = found[-1]
                    return Page([one for _, _, one in found], encode_token((last.id, at)))
                found.append((stored, ordinal, observations[ordinal]))
        return Page([one for _, _, one in found])

    async def _sets(
        self, asset_id: str, analysers: Sequence[str], token: str
    ) -> AsyncIterator[tuple[StoredSet, int]]:
        """Yield the sets behind the token, each with its first ordinal to return."""
        after: StoredSet | None = None
        match decode_token(token, (str, int)):
            case (str(set_id), int(ordinal)):
                after = await self.observations.get(set_id)
                if after is None or after.asset_id != asset_id:
                    raise Rejected(
                        f"the page token {token[:80]!r} is not one that the observations of {asset_id} gave "
                        "out: begin without a token",
                        code="bad_page_token",
                    )
                yield after, ordinal + 1
        async for stored in self.observations.sets(asset_id, analysers, after=after):
            yield stored, 0


def _overlap(one: Span, other: Span) -> bool:
    return one.start_pts < other.end_pts and one.end_pts > other.start_pts
