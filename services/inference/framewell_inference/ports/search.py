"""Words of what was read, said and seen, and the sets of observations that they stand in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell.inference.v1.inference_pb2 import ObservationSet


@dataclass(frozen=True, slots=True)
class IndexedSet:
    """A set of observations in which all words stand that were asked for."""

    set_id: str
    asset_id: str
    place: str
    """Sorts all sets of the archive: newest assets first, within an asset in order of time."""


class WordIndex(Protocol):
    """Which words stand in which set of observations. Kept with the set, and gone before it.

    Who writes a set indexes it afterwards and looks at it once more; who takes it away takes its words away
    first. So no word outlives its text.
    """

    async def put(self, set_id: str, found: ObservationSet, *, asked_at: float, position: str) -> None:
        """Keep the words of a set in the place of those that were kept before; none where it has no text."""
        ...

    async def remove(self, set_id: str) -> None:
        """Keep no word of a set."""
        ...

    def sets(
        self, words: Sequence[str], kinds: Collection[str], asset_ids: Collection[str], *, after: str = ""
    ) -> AsyncIterator[IndexedSet]:
        """Yield the sets behind `after` in which all words stand, and observations of these kinds."""
        ...
