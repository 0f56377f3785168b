"""Who was seen in an asset, by the identity models in force, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.inference_service_pb2 import (
    IDENTITY_VERDICT_UNSPECIFIED,
    Appearance,
    Person,
)
from framewell.media.v1.media_pb2 import Moment
from framewell_contracts.identity import observation_id
from framewell_contracts.sentences import wording_of
from framewell_inference.domain.clusters import TrackRef
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.messages import box_message, model_version, span_message
from framewell_inference.domain.stored import StoredTracks
from framewell_inference.domain.tracks import FACES, FaceTrack
from framewell_inference.domain.verdict_sentences import NO_MODEL, NO_VECTOR, VERDICTS, verdict_sentence
from framewell_inference.ports.clusters import ClusterStores
from framewell_inference.ports.repositories import FaceTrackRepository
from framewell_inference.steps.batches import batched
from framewell_inference.steps.know_asset import KnowAsset
from framewell_inference.steps.names_in_force import Named, NamesInForce, TrackKey
from framewell_kit.paging import Key, KeyTypes, Page, PageRequest, page_of
from framewell_models.manifest import ModelRef

DEFAULT_PAGE: Final = 1000
LARGEST_PAGE: Final = 1000
"""Appearances in an answer: at 150 bytes each it stays below the message limit."""

Part = tuple[int, int]
"""First pts, and the first pts after the last."""

EVERYTHING: Final[Part] = (-(1 << 62), 1 << 62)

_KEY_TYPES: Final[KeyTypes] = (int, int, str, int, str)


@dataclass(frozen=True, slots=True)
class _Named:
    """One track, who it is, and the model that decided (None when none did)."""

    chunk_id: str
    track: FaceTrack
    identity: Identity = NOBODY
    model: ModelRef | None = None

    cluster_id: str = ""
    """Of an unknown one; empty for none."""
    twice: bool = False
    """Whether who is nearest is named in one of its frames already."""

    @property
    def class_id(self) -> str:
        return self.identity.class_id or ""

    @property
    def person(self) -> tuple[str, str]:
        """Return whom it is one appearance of."""
        return self.class_id, self.cluster_id


@dataclass(frozen=True, slots=True)
class ListPeople:
    """Read who the tracks of an asset are by the models in force.

    Known people come first, by score, then unknown ones, a cluster each, most appearances first, and last the
    tracks that are in no cluster; each with its appearances in order of time. Every page reads the tracks of
    the whole asset, since the order depends on all of them. A page continues exactly where the last one ended
    unless the asset was analysed or named anew in between.
    """

    tracks: FaceTrackRepository
    clusters: ClusterStores
    names: NamesInForce
    know: KnowAsset

    async def __call__(self, asset_id: str, page: PageRequest, part: Part = EVERYTHING) -> Page[Person]:
        """Return one page of appearances that touch a part of the asset, by person; the total is of those.

        Scores and counts are those of the part. Raises Rejected for a bad page token, NotFound for an asset
        that nobody knows.
        """
        named = [one async for one in self._named_tracks(asset_id, part)]
        if not named:
            await self.know(asset_id)
        scores: dict[str, float] = {}
        for one in named:
            scores[one.class_id] = max(one.identity.score, scores.get(one.class_id, 0.0))
        counts = Counter(one.person for one in named)

        def key(one: _Named) -> Key:
            rank = round((1 - scores[one.class_id]) * 1e6) if one.class_id else -counts[one.person]
            place = 0 if one.class_id else 1 if one.cluster_id else 2
            return place, rank, one.class_id or one.cluster_id, one.track.span.start_pts, _id(one)

        found = page_of(sorted(named, key=key), page, key, _KEY_TYPES)
        people: dict[tuple[str, str], Person] = {}
        for one in found.items:
            person = people.setdefault(one.person, _person(one, scores[one.class_id], counts[one.person]))
            person.appearances.append(_appearance(one))
            if one.model is not None and not person.HasField("model"):
                person.model.CopyFrom(model_version(one.model))
        return Page(list(people.values()), found.next_token, found.total)

    async def _named_tracks(self, asset_id: str, part: Part) -> AsyncIterator[_Named]:
        models = await self.names.models()
        embedding = await self.names.embedding()
        async for batch in batched(_touching(self.tracks.chunks(embedding, asset_id=asset_id), part)):
            named = await self.names(models, batch)
            clusters = await self._clusters(batch, named)
            for stored in batch:
                seen = _named_frames(stored, named)
                for track in stored.tracks:
                    if not _touches(track, part):
                        continue
                    key = stored.chunk_id, track.number
                    twice = not seen.get(named[key][0].nearest, frozenset()).isdisjoint(track.frames)
                    yield _Named(stored.chunk_id, track, *named[key], clusters.get(key, ""), twice)

    async def _clusters(
        self, batch: Sequence[StoredTracks], named: Mapping[TrackKey, Named]
    ) -> Mapping[TrackKey, str]:
        """Return the clusters, after mergers, of the tracks that have no name."""
        unknown = {
            TrackRef(str(stored.embedding), stored.chunk_id, track.number)
            for stored in batch
            for track in stored.tracks
            if not named[stored.chunk_id, track.number][0].class_id
        }
        sightings = await self.clusters.sightings.of_tracks(unknown)
        known = await self.clusters.clusters.named({one.cluster_id for one in sightings})
        return {
            (ref.chunk_id, ref.number): known[one.cluster_id].root
            for one in sightings
            if one.cluster_id in known
            for ref in one.tracks
            if ref in unknown
        }


async def _touching(chunks: AsyncIterator[StoredTracks], part: Part) -> AsyncIterator[StoredTracks]:
    """Yield the chunks of which some track touches a part: of the others nobody is named."""
    async for stored in chunks:
        if any(_touches(track, part) for track in stored.tracks):
            yield stored


def _touches(track: FaceTrack, part: Part) -> bool:
    return track.span.start_pts < part[1] and track.span.end_pts > part[0]


def _named_frames(
    stored: StoredTracks, named: Mapping[TrackKey, Named]
) -> Mapping[str | None, frozenset[int]]:
    """Return the frames of a chunk in which each class is named."""
    frames: dict[str | None, frozenset[int]] = {}
    for track in stored.tracks:
        if class_id := named[stored.chunk_id, track.number][0].class_id:
            frames[class_id] = frames.get(class_id, frozenset()) | set(track.frames)
    return frames


def _id(one: _Named) -> str:
    return observation_id(one.chunk_id, FACES, one.track.ordinal)


def _person(one: _Named, score: float, count: int) -> Person:
    class_id, cluster_id = one.person
    return Person(
        class_id=class_id,
        cluster_id=cluster_id,
        score=score if class_id else None,
        appearance_count=count,
    )


def _appearance(one: _Named) -> Appearance:
    pts, frame = one.track.moment
    return Appearance(
        span=span_message(one.track.span),
        moment=Moment(pts=pts, frame=frame),
        box=box_message(one.track.box),
        observation_id=_id(one),
        score=one.identity.score if one.model else None,
        distance=one.identity.distance if one.identity.nearest else None,
        verdict=VERDICTS[one.identity.verdict] if one.model else IDENTITY_VERDICT_UNSPECIFIED,
        nearest_class_id=one.identity.nearest or "",
        sentence=_sentence(one),
        wording=wording_of(_sentence(one)),
        chunk_id=one.chunk_id,
        track=one.track.number,
    )


def _sentence(one: _Named) -> str:
    if not one.track.rows:
        return NO_VECTOR
    return verdict_sentence(one.identity, twice=one.twice) if one.model else NO_MODEL
