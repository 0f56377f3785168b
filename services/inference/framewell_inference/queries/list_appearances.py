"""Where a person is seen in the whole archive, by the identity models in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.cluster_service_pb2 import ClusterAppearance, ListClassAppearancesResponse
from framewell_contracts.sentences import say
from framewell_inference.domain.campaigns import Selection
from framewell_inference.domain.cluster_messages import track_message
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.ports.campaigns import AnalysedAssets
from framewell_inference.ports.repositories import FaceTrackRepository
from framewell_inference.steps.batches import BATCH
from framewell_inference.steps.names_in_force import NamesInForce, TrackKey
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Key, KeyTypes, PageRequest, page_of

_KEY_TYPES: Final[KeyTypes] = (int, str, int, int, str, int)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A face track that is known as somebody."""

    asset_id: str
    chunk_id: str
    track: int
    identity: Identity
    asked_ms: int

    @property
    def key(self) -> Key:
        """Return what orders appearances: the newest assets first, each in order of time."""
        return -self.asked_ms, self.asset_id, *_place(self.chunk_id), self.chunk_id, self.track


@dataclass(frozen=True, slots=True)
class ListAppearances:
    """Find the tracks of a class by its postings; tracks are read for the page alone.

    A track that several models name goes to the surest, as everywhere. A chunk that is named when it is read
    for the first time after a switch is found from then on.
    """

    tracks: FaceTrackRepository
    assets: AnalysedAssets
    names: NamesInForce

    async def __call__(self, class_id: str, page: PageRequest) -> ListClassAppearancesResponse:
        """Return a page of appearances. Raises Rejected for a bad token, NotFound for an erased class."""
        if await self.names.people.erased([class_id]):
            raise NotFound(say("class_erased", "class {class_id} was erased", class_id=class_id))
        chunks = {one.chunk_id: one.asset_id async for one in self.names.postings.of_class(class_id)}
        named = await self._named(sorted(chunks))
        mine = {key: one for key, one in named.items() if one.class_id == class_id}
        asked = await self._asked({chunks[chunk_id] for chunk_id, _ in mine})
        seen = [
            _Seen(chunks[chunk_id], chunk_id, track, identity, asked.get(chunks[chunk_id], 0))
            for (chunk_id, track), identity in mine.items()
        ]
        found = page_of(sorted(seen, key=lambda one: one.key), page, lambda one: one.key, _KEY_TYPES)
        return ListClassAppearancesResponse(
            appearances=await self._messages(found.items),
            next_page_token=found.next_token,
            total_size=found.total,
            asset_count=len(asked.keys() | {one.asset_id for one in seen}),
        )

    async def _named(self, chunk_ids: Sequence[str]) -> Mapping[TrackKey, Identity]:
        """Return whom the surest model in force takes each track of these chunks for."""
        named: dict[TrackKey, Identity] = {}
        for model in await self.names.models():
            for start in range(0, len(chunk_ids), BATCH):
                found = await self.names.postings.of_chunks(model.ref, chunk_ids[start : start + BATCH])
                for chunk_id, postings in found.items():
                    for one in postings:
                        key = chunk_id, one.track
                        named[key] = max(named.get(key, NOBODY), one.identity, key=_rank)
        return named

    async def _asked(self, asset_ids: Iterable[str]) -> Mapping[str, int]:
        """Return when assets were asked for, in milliseconds; one that is still analysed is left out."""
        wanted = tuple(sorted(asset_ids))
        if not wanted:
            return {}
        found = self.assets.select(Selection(asset_ids=wanted))
        return {one.asset_id: round(one.asked_at * 1000) async for one in found}

    async def _messages(self, seen: Sequence[_Seen]) -> list[ClusterAppearance]:
        embedding = await self.names.embedding()
        stored = await self.tracks.in_chunks(sorted({one.chunk_id for one in seen}), embedding)
        tracks = {(one.chunk_id, track.number): (one, track) for one in stored for track in one.tracks}
        return [
            track_message(*tracks[one.chunk_id, one.track], one.identity)
            for one in seen
            if (one.chunk_id, one.track) in tracks
        ]


def _place(chunk_id: str) -> tuple[int, int]:
    """Return the run of unbroken clock that a chunk is in, and its start there."""
    _, run, start = chunk_id.rsplit("/", 2)
    return int(run), int(start)


def _rank(identity: Identity) -> tuple[bool, float]:
    return identity.class_id is not None, identity.score
