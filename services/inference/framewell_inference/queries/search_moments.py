"""Moments of the whole archive in which words are read, said or seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.search_service_pb2 import FoundMoment
from framewell.media.v1.media_pb2 import Observation
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_contracts.sentences import say
from framewell_inference.domain.search_words import SEARCHED, Query, words
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.ports.search import IndexedSet, WordIndex
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.paging import Page, PageRequest, decode_token, encode_token
from framewell_kit.rights_decisions import EVERYTHING, Passages, RightsDecisions
from framewell_kit.tombstones import Tombstones, asset_subject

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 200
_MOST_SETS: Final = 300
"""Sets read for one page: the page then ends early, and goes on."""
_LOOK_BACK: Final = 50
"""Moments among which one is looked for that goes on."""


@dataclass(frozen=True, slots=True)
class SearchMoments:
    """Find what stands in the words of the archive, and read each set before it is said to hold it.

    What may not be analysed now, and what was removed or erased, is not found, even while its words are still
    there. A page ends with a whole set, so it may have some moments more than asked for.
    """

    index: WordIndex
    observations: ObservationRepository
    rights: RightsDecisions
    tombstones: Tombstones

    async def __call__(
        self, text: str, kinds: Collection[str], asset_ids: Collection[str], page: PageRequest
    ) -> Page[FoundMoment]:
        """Return one page. Raises Rejected for a text without a word, and for a token of another list."""
        query, wanted = Query.parse(text), frozenset(kinds) or SEARCHED
        if not query.all_of:
            raise Rejected(
                say(
                    "no_word",
                    "{text} has no word in it: type what is read, said or seen",
                    text=f"{text[:80]!r}",
                )
            )
        match decode_token(page.token, (str,)):
            case (str(after),):
                pass
            case _:
                after = ""
        found, withheld, read = list[FoundMoment](), dict[str, Passages](), 0
        async for one in self.index.sets(query.all_of, wanted, asset_ids, after=after):
            if read == _MOST_SETS or len(found) >= page.size:
                return Page(found, encode_token((after,)))
            _add(found, await self._moments(one, query, wanted, withheld))
            after, read = one.place, read + 1
        return Page(found)

    async def _moments(
        self, one: IndexedSet, query: Query, kinds: Collection[str], withheld: dict[str, Passages]
    ) -> list[FoundMoment]:
        """Return what is found in a set, in order of time; nothing where it went meanwhile."""
        if one.asset_id not in withheld:
            withheld[one.asset_id] = await self._withheld(one.asset_id)
        passages = withheld[one.asset_id]
        stored = await self.observations.get(one.set_id)
        if stored is None or stored.beside or passages == EVERYTHING:
            return []
        try:
            observations = (await self.observations.read(stored)).observations
        except NotFound:  # it is being taken away
            return []
        found = [
            _moment(one.asset_id, each)
            for each in observations
            if each.kind in kinds
            and query(each.text or each.label)
            and not passages.within(each.span.start_pts, each.span.end_pts)
        ]
        return sorted(found, key=lambda moment: moment.span.start_pts)

    async def _withheld(self, asset_id: str) -> Passages:
        if await self.tombstones.find(asset_subject(asset_id)) is not None:
            return EVERYTHING
        decided = await self.rights.of(asset_id)
        return EVERYTHING if decided is None else decided.permission(PURPOSE_ANALYSIS).withheld


def _add(found: list[FoundMoment], more: Sequence[FoundMoment]) -> None:
    """Append moments; one that goes on what was found already, in the same words, makes that longer."""
    for one in more:
        behind = (last for last in found[-_LOOK_BACK:] if _goes_on(last, one))
        before = next(behind, None)
        if before is None:
            found.append(one)
            continue
        if one.span.end_pts > before.span.end_pts:
            before.span.frames = one.span.first_frame + one.span.frames - before.span.first_frame
            before.span.end_pts = one.span.end_pts
        before.score = max(before.score, one.score)


def _goes_on(before: FoundMoment, one: FoundMoment) -> bool:
    return (
        (before.asset_id, before.kind) == (one.asset_id, one.kind)
        and before.span.start_pts <= one.span.start_pts <= before.span.end_pts
        and words(before.text) == words(one.text)
    )


def _moment(asset_id: str, one: Observation) -> FoundMoment:
    moment = FoundMoment(
        asset_id=asset_id,
        kind=one.kind,
        span=one.span,
        text=one.text or one.label,
        score=one.score,
        observation_id=one.id,
        model=one.model,
    )
    if one.HasField("moment"):
        moment.moment.CopyFrom(one.moment)
    if one.HasField("box"):
        moment.box.CopyFrom(one.box)
    return moment
