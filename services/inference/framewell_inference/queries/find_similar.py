"""Stored faces or pictures nearest to one, by the vectors that every replica follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.inference.v1.inference_service_pb2 import MomentRef, Neighbour
from framewell.media.v1.media_pb2 import Observation, ObservationRef, Span
from framewell.mesh.v1.mesh_pb2 import Wording
from framewell.rights.v1.rights_pb2 import Purpose
from framewell_contracts.identity import observation_chunk
from framewell_contracts.sentences import say, wording_of
from framewell_inference.domain.face_likeness import likeness
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.stored import StoredSet
from framewell_inference.domain.tracks import FACES
from framewell_inference.domain.vector_views import Near, Place, VectorFilter, places
from framewell_inference.domain.vectors import Placed, VectorSpace
from framewell_inference.ports.models import ModelRegistry
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.ports.vectors import VectorIndex
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.rights_decisions import EVERYTHING, Passages, RightsDecisions
from framewell_models.manifest import Manifest, ModelRef

LABELS: Final = "labels"
"""The analyser whose features describe whole pictures."""

VECTOR: Final = "vector"
"""Postprocessing of a declared model that describes what it is shown in numbers."""

SAME: Final = "same"
"""Threshold of a manifest: the distance up to which two vectors are of the same picture."""

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 200

MOST_LOOKED_AT: Final = 20_000
"""So many of the nearest are looked at for those whose rights allow what is asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which neighbours are wanted: `limit` of them behind the `offset` nearest."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    filter: VectorFilter = field(default_factory=VectorFilter)
    purposes: Sequence[Purpose.ValueType] = ()
    """For which each must be allowed now."""
    by_place: bool = False
    """Whether of neighbours that follow each other only the nearest is one. Takes a bound of the distance:
    without one everything in an asset follows each other."""

    def near_duplicates(self, distance: float) -> Wanted:
        """Return this with places alone, and none farther than a distance."""
        return replace(self.within(distance), by_place=True)

    def within(self, distance: float) -> Wanted:
        """Return this with no neighbour farther than a distance."""
        most = self.filter.most_distance
        nearer = distance if most is None else min(most, distance)
        return replace(self, filter=replace(self.filter, most_distance=nearer))


@dataclass(frozen=True, slots=True)
class FindSimilar:
    """Return the nearest vectors of the analyser's current model.

    Vectors of other models lie in another space and are left out. What a replica follows may be a moment old:
    whatever it finds is held against the documents of now, and what was taken away or changed since is no
    neighbour.
    """

    observations: ObservationRepository
    vectors: VectorIndex
    rights: RightsDecisions
    spaces: SearchedSpaces

    async def __call__(self, query: Placed, wanted: Wanted) -> list[Neighbour]:
        """Return neighbours in the space of the query, nearest first."""
        limit = min(wanted.limit or DEFAULT_LIMIT, LARGEST_LIMIT)
        last, count = wanted.offset + limit, wanted.offset + limit
        if wanted.purposes or wanted.by_place:
            count *= 2
        permitted = _Permitted(self.rights, wanted.purposes)
        while True:
            near = await self.vectors.nearest(query, count, wanted.filter)
            kept = await self._kept(near, permitted)
            enough = len(kept) >= last and not wanted.by_place
            if enough or len(near) < count or count >= MOST_LOOKED_AT:
                break
            count *= 4
        found = places(kept) if wanted.by_place else [Place(one, one, one) for one in kept]
        sets = {one.of.set_id: stored for one, stored in kept.items()}
        described = await self._described(found[wanted.offset : last], sets)
        if query.space.analyser == FACES:
            for one in described:
                one.likeness, said = likeness(one.distance)
                one.sentence = said
                one.wording.MergeFrom(wording_of(said) or Wording())
        return described

    async def _kept(self, near: Sequence[Near], permitted: _Permitted) -> dict[Near, StoredSet]:
        """Return those whose set is as it was when their vector was taken, and that may be used."""
        there = await self.observations.named({one.of.set_id for one in near})
        return {
            one: stored
            for one in near
            if (stored := there.get(one.of.set_id)) is not None
            and stored.vectors_key == one.of.vectors_key
            and await permitted(one)
        }

    async def _described(self, found: Sequence[Place], sets: Mapping[str, StoredSet]) -> list[Neighbour]:
        """Return what is stored of each place; reads a set once."""
        named = {one.of.set_id for place in found for one in (place.nearest, place.first, place.last)}
        read = {set_id: await self.observations.read(sets[set_id]) for set_id in named}
        return [
            Neighbour(
                asset_id=place.nearest.of.asset_id,
                observation=_observation(read, place.nearest),
                distance=place.nearest.distance,
                span=_joined(_observation(read, place.first).span, _observation(read, place.last).span),
            )
            for place in found
        ]

    async def of_observation(self, analyser: str, ref: ObservationRef) -> Placed:
        """Return the vector of a stored observation. Raises NotFound, Rejected for what is no id of one."""
        space = await self.spaces.of(analyser)
        model = space.model
        try:
            chunk_id = observation_chunk(ref.asset_id, ref.observation_id)
        except ValueError as error:
            raise Rejected(str(error), code="bad_observation_id") from error
        for stored in await self.observations.sets_of(ref.asset_id, chunk_id):
            if (stored.analyser, stored.model) != (analyser, model):
                continue
            for observation in (await self.observations.read(stored)).observations:
                if observation.id == ref.observation_id and observation.HasField("vector_row"):
                    return Placed(space, (await self.observations.vectors(stored))[observation.vector_row])
        raise NotFound(
            say(
                "observation_unknown.vector",
                "asset {asset_id} has no observation {observation_id} with a vector of {model}",
                asset_id=ref.asset_id,
                observation_id=ref.observation_id,
                model=model,
            )
        )

    async def of_moment(self, analyser: str, moment: MomentRef) -> Placed:
        """Return the vector of the largest thing that was seen at a moment. Raises NotFound for none."""
        space = await self.spaces.of(analyser)
        model = space.model
        best: tuple[float, StoredSet, int] | None = None
        async for stored in self.observations.sets(moment.asset_id, [analyser]):
            if stored.model != model or not stored.vectors_key or moment.pts not in stored.looked_at:
                continue
            for one in (await self.observations.read(stored)).observations:
                seen = one.span.start_pts <= moment.pts < one.span.end_pts
                if seen and one.HasField("vector_row") and (best is None or _area(one) > best[0]):
                    best = (_area(one), stored, one.vector_row)
        if best is None:
            raise NotFound(
                say(
                    "observation_unknown.moment",
                    "nothing with a vector of {model} was seen in asset {asset_id} at pts {pts}",
                    model=model,
                    asset_id=moment.asset_id,
                    pts=moment.pts,
                )
            )
        _, stored, row = best
        return Placed(space, (await self.observations.vectors(stored))[row])

    def largest(self, findings: Sequence[Findings]) -> Placed:
        """Return the vector of the largest face, or of the whole picture. Raises Rejected for none."""
        for found in findings:
            described = [one for one in found.observations if one.vector is not None]
            if found.vectors is not None and described:
                chosen = max(described, key=lambda one: one.box.width * one.box.height if one.box else 0.0)
                return Placed(VectorSpace(found.analyser, found.model), found.vectors[chosen.vector])
        raise Rejected(say("nothing_found", "nothing to compare was found in the picture"))


@dataclass(frozen=True, slots=True)
class SearchedSpaces:
    """The space that is searched for each analyser that makes vectors: that of the model in force."""

    faces: FaceSpaces
    registry: ModelRegistry
    features: ModelRef

    async def of(self, analyser: str) -> VectorSpace:
        """Return the space of an analyser. Raises Rejected where it makes no vectors."""
        if analyser == FACES:
            return VectorSpace(FACES, (await self.faces.follow()).in_force)
        declared = {
            manifest.analyser_name: manifest.ref
            for one in self.registry.all()
            if one.in_force and (manifest := one.model.manifest).declared and makes_vectors(manifest)
        }
        models = {LABELS: self.features, **declared}
        if analyser not in models:
            known = " or ".join([FACES, *models])
            raise Rejected(
                say(
                    "no_vectors",
                    "analyser {analyser} makes no vectors; ask for {known}",
                    analyser=f"{analyser!r}",
                    known=known,
                )
            )
        return VectorSpace(analyser, models[analyser])

    def same_within(self, space: VectorSpace) -> float:
        """Return the distance up to which two pictures count as the same one, whatever was done to it.

        Raises Rejected for a model for which none was measured.
        """
        found = self.registry.find(space.model.name, space.model.version)
        distance = found.manifest.thresholds.get(SAME) if found else None
        if distance is None:
            raise Rejected(
                say(
                    "no_near_duplicates",
                    "for {space} no distance is known within which two are the same; set largest_distance",
                    space=space.model,
                ),
            )
        return distance


def makes_vectors(manifest: Manifest) -> bool:
    """Return whether what a declared model says of a picture or a sound is a vector."""
    return manifest.postprocessing is not None and manifest.postprocessing.name == VECTOR


@dataclass(frozen=True, slots=True)
class _Permitted:
    """Whether what is near may be used for all of the purposes; asks once an asset."""

    rights: RightsDecisions
    purposes: Sequence[Purpose.ValueType]
    _withheld: dict[str, Passages] = field(default_factory=dict)

    async def __call__(self, one: Near) -> bool:
        if not self.purposes:
            return True
        asset_id = one.of.asset_id
        if asset_id not in self._withheld:
            self._withheld[asset_id] = await self._of(asset_id)
        return not self._withheld[asset_id].within(one.start_pts, max(one.end_pts, one.start_pts + 1))

    async def _of(self, asset_id: str) -> Passages:
        decided = await self.rights.of(asset_id)
        if decided is None:
            return EVERYTHING
        withheld = Passages()
        for purpose in self.purposes:
            withheld |= decided.permission(purpose).withheld
        return withheld


def _area(one: Observation) -> float:
    return one.box.width * one.box.height if one.HasField("box") else 0.0


def _observation(read: Mapping[str, ObservationSet], near: Near) -> Observation:
    found = read[near.of.set_id].observations
    return next(one for one in found if one.HasField("vector_row") and one.vector_row == near.row)


def _joined(first: Span, last: Span) -> Span:
    return Span(
        start_pts=first.start_pts,
        end_pts=last.end_pts,
        first_frame=first.first_frame,
        frames=last.first_frame + last.frames - first.first_frame,
    )
