"""What was observed in an asset, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import Observation, Span
from framewell_contracts.sentences import say
from framewell_inference.domain.stored import StoredSet
from framewell_inference.domain.tracks import FACES
from framewell_inference.ports.repositories import FaceTrackRepository, ObservationRepository
from framewell_inference.steps.know_asset import KnowAsset
from framewell_inference.steps.names_in_force import NamesInForce
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import Page, PageRequest, decode_token, encode_token
from framewell_kit.rights_decisions import Passages

DEFAULT_PAGE: Final = 1000
LARGEST_PAGE: Final = 1000
"""About a megabyte of observations: an answer stays below the message limit."""


KINDS: Final = {
    "faces": {"face"},
    "text": {"text"},
    "labels": {"label", "picture"},
    "objects": {"object"},
    "safety": {"safety"},
    "speech": {"speech"},
    "sounds": {"sound"},
    "transcript": {"transcript"},
}
"""Kinds of observations of each analyser that ships: sets without any that is asked for are not read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which observations are listed; what is empty or None is not asked, and all that is asked must hold."""

    analysers: Sequence[str] = ()
    chunk_ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    class_ids: frozenset[str] = frozenset()
    """Faces of tracks that are known as one of these."""
    least_score: float | None = None
    span: Span | None = None
    text: str = ""
    """What stands in the text of an observation, whatever the case of its letters."""

    def of_analyser(self, name: str) -> bool:
        """Return whether an analyser may have made what is asked for."""
        return not self.kinds or name not in KINDS or not self.kinds.isdisjoint(KINDS[name])

    def of_chunk(self, chunk_id: str) -> bool:
        """Return whether observations of a chunk are asked for."""
        return not self.chunk_ids or chunk_id in self.chunk_ids

    def of_part(self, stored: StoredSet) -> bool:
        """Return whether a set may show something of the part that is asked for: the others are not read."""
        return self.span is None or stored.shows(Passages.of([(self.span.start_pts, self.span.end_pts)]))

    def __call__(self, one: Observation) -> bool:
        """Return whether an observation is asked for, who is seen in it aside."""
        return (
            (not self.kinds or one.kind in self.kinds)
            and (not self.labels or one.label in self.labels)
            and (self.least_score is None or one.score >= self.least_score)
            and (self.span is None or _overlap(one.span, self.span))
            and self.text.casefold() in one.text.casefold()
        )


@dataclass(frozen=True, slots=True)
class ListObservations:
    """Return observations in order of chunk, analyser and time.

    A page token names the last observation of a page: its set and its ordinal in it. Sets are immutable,
    so the next page begins right behind it, whatever was added meanwhile.
    """

    observations: ObservationRepository
    tracks: FaceTrackRepository
    names: NamesInForce
    know: KnowAsset

    async def __call__(self, asset_id: str, asked: Asked, page: PageRequest) -> Page[Observation]:
        """Return one page.

        Raises Rejected for a token that is not one of this list, NotFound for an asset that nobody knows.
        """
        found: list[tuple[StoredSet, int, Observation]] = []
        async for stored, first in self._sets(asset_id, asked.analysers, page.token):
            if not stored.count or stored.beside or not asked.of_chunk(stored.chunk_id):
                continue
            if not asked.of_analyser(stored.analyser) or not asked.of_part(stored):
                continue
            tracks = await self._tracks(stored, asked.class_ids) if asked.class_ids else None
            if tracks is not None and not tracks:
                continue
            observations = (await self.observations.read(stored)).observations
            for ordinal in range(first, len(observations)):
                one = observations[ordinal]
                if not asked(one) or (tracks is not None and one.face_attributes.track not in tracks):
                    continue
                if len(found) == page.size:
                    last, at, _ = found[-1]
                    return Page([each for _, _, each in found], encode_token((last.id, at)))
                found.append((stored, ordinal, one))
        if not found and not page.token:
            await self.know(asset_id)
        return Page([one for _, _, one in found])

    async def _tracks(self, stored: StoredSet, class_ids: Collection[str]) -> frozenset[int]:
        """Return the numbers of those tracks of a set of faces that are known as one of these classes."""
        if stored.analyser != FACES:
            return frozenset()
        kept = await self.tracks.chunk(stored.chunk_id, stored.model)
        if kept is None:
            return frozenset()
        named = await self.names(await self.names.models(), [kept])
        return frozenset(
            number for (_, number), (identity, _) in named.items() if identity.class_id in class_ids
        )

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
                        say(
                            "bad_page_token.observations",
                            "the page token {token} is not one that the observations of {asset_id} gave "
                            "out: begin "
                            "without a token",
                            token=f"{token[:80]!r}",
                            asset_id=asset_id,
                        ),
                    )
                yield after, ordinal + 1
        async for stored in self.observations.sets(asset_id, analysers, after=after):
            yield stored, 0


def _overlap(one: Span, other: Span) -> bool:
    return one.start_pts < other.end_pts and one.end_pts > other.start_pts
