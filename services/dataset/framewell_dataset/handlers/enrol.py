"""From a candidate to a sample: is it known, who is it, is it new, may it be used?

Order matters. What a person decided stands; a forgotten name stays forgotten; a wrong caption over a
known face is a conflict; a picture seen before collapses; then the rights decide whether the sample is
proposed or withheld; and they are asked again after it is written (see `SampleChanges.ask_again`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from framewell.media.v1.media_pb2 import Span
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion
from framewell.sample.v1.sample_pb2 import Evidence, Passport
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.classes import Dataset, DatasetClass, class_id, name_hash
from framewell_dataset.domain.geometry import Sighting, thinned
from framewell_dataset.domain.sample_facts import rule_actor, told
from framewell_dataset.domain.samples import (
    DECIDED,
    LONGEST_TRAIL,
    Sample,
    State,
    Withdrawal,
    sample_id,
)
from framewell_dataset.domain.sightings import SeenInChunk, Vectors
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.handlers.sample_changes import SampleChanges
from framewell_dataset.ports import Catalogue, Pictures, SampleStore
from framewell_dataset.rules.candidates import Candidate
from framewell_dataset.rules.crops import repeats
from framewell_dataset.rules.known_faces import Found, KnownClass, Match, look_up
from framewell_dataset.rules.lower_third_face import NAME as RULE
from framewell_dataset.rules.names import PersonName
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause

KNOWN_STATES = (State.PROPOSED, State.ACCEPTED)
"""States whose faces and names a new sample is compared with."""


@dataclass(frozen=True, slots=True)
class Sighted:
    """A candidate with where it was seen and for which dataset; `chunks` hold the pictures it was seen in."""

    asset: Asset
    dataset: Dataset
    candidate: Candidate
    chunks: Sequence[SeenInChunk]


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the candidate is taken for: a class (empty: nobody knows), or a question about it."""

    class_id: str
    question: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Enrol:
    """Makes, improves or collapses one sample. `quota` bounds samples per class and programme."""

    samples: SampleStore
    catalogue: Catalogue
    pictures: Pictures
    gate: RightsGate
    changes: SampleChanges
    clock: Clock
    quota: int

    async def __call__(self, sighted: Sighted, cause: Cause) -> Sample | None:
        """The sample this candidate is, None when it becomes none. Doing it twice changes nothing."""
        actor = rule_actor(RULE, self.clock.now())
        asset, dataset, candidate = sighted.asset, sighted.dataset, sighted.candidate
        if candidate.named is not None and await self._forgotten(candidate.named):
            return None
        same = await self._same(asset.asset_id, dataset.dataset_id, candidate.span, candidate.trail)
        if same:
            return await self._known_already(same, sighted, actor, cause)
        named = await self._name(dataset, candidate)
        if await self._collapses(sighted, named) or await self._quota_is_full(asset, named):
            return None
        sample = await self.make(sighted, named)
        await self.insert(sample, candidate.vectors, actor, cause)
        return await self.changes.ask_again(sample, actor, cause)

    async def insert(self, sample: Sample, vectors: Vectors, actor: Actor, cause: Cause) -> None:
        """Write the sample; where another worker wrote the same sighting at the same time, one stays."""
        if not await self.samples.insert(sample, vectors, told(sample, actor), cause):
            return
        for twin in await self._same(sample.asset_id, sample.dataset_id, sample.span, sample.trail):
            if twin.sample_id == sample.sample_id or twin.state is State.WITHDRAWN:
                continue
            if twin.state in DECIDED or twin.rank < sample.rank:
                await self.changes.apply(sample, _merged, actor, cause)
            else:
                await self.changes.apply(twin, _merged, actor, cause)

    async def _same(
        self, asset_id: str, dataset_id: str, span: Span, trail: tuple[Sighting, ...]
    ) -> list[Sample]:
        known = await self.samples.of_asset(asset_id, dataset_id)
        return [sample for sample in known if sample.same_as(span, trail)]

    async def _forgotten(self, named: PersonName) -> bool:
        salt = await self.catalogue.salt()
        return await self.catalogue.is_never_learned(name_hash(named.name, salt))

    async def _known_already(
        self, same: Sequence[Sample], sighted: Sighted, actor: Actor, cause: Cause
    ) -> Sample:
        """What a person decided stands; of several undecided ones the oldest stays, improved."""
        kept = _lasting(same)
        grown = kept.grown(sighted.candidate.span, sighted.candidate.trail)
        if grown is not None:
            await self.samples.grow(grown)
            kept = grown
            # Whoever wrote a part of the same track meanwhile did not see that it belongs to this one.
            same = await self._same(kept.asset_id, kept.dataset_id, kept.span, kept.trail)
        open_ = [sample for sample in same if _is_open(sample)]
        for other in open_:
            if other.sample_id != kept.sample_id:
                await self.changes.apply(other, _merged, actor, cause)
        if not _is_open(kept) or not (kept.question and sighted.candidate.complete):
            return await self.changes.ask_again(kept, actor, cause)
        return await self._answer(kept, sighted, actor, cause)

    async def _answer(self, kept: Sample, sighted: Sighted, actor: Actor, cause: Cause) -> Sample:
        """A question that the whole asset answers becomes a proposal."""
        fresh = await self.make(sighted, await self._name(sighted.dataset, sighted.candidate))
        await self.samples.set_vectors(kept.sample_id, sighted.candidate.vectors)

        def answered(current: Sample) -> Sample | None:
            if current.state in DECIDED or not current.question:
                return None
            return replace(
                fresh,
                sample_id=current.sample_id,
                created_at=current.created_at,
                revision=current.revision + 1,
            )

        await self.changes.apply(kept, answered, actor, cause)
        return await self.changes.ask_again(await self._current(kept), actor, cause)

    async def _current(self, sample: Sample) -> Sample:
        return await self.samples.get(sample.sample_id) or sample

    async def _name(self, dataset: Dataset, candidate: Candidate) -> Named:
        """Whom the caption means, after asking the store."""
        doubts = tuple(Evidence(kind="question", sentence=doubt) for doubt in candidate.doubts)
        if candidate.named is None:
            return Named("", True, candidate.evidence + doubts)
        face = candidate.vectors.mean(axis=0)
        found = look_up(candidate.named.name, face, await self._known(dataset))
        evidence = (*candidate.evidence, *doubts, *_what_the_store_says(found))
        if found.match.conflict:
            return Named("", True, evidence)
        if found.of is not None:
            return Named(found.of.merged_into or found.of.class_id, not candidate.complete, evidence)
        return Named(await self._new_class(dataset, candidate.named), not candidate.complete, evidence)

    async def _known(self, dataset: Dataset) -> list[KnownClass]:
        live = await self.samples.in_state(dataset.dataset_id, KNOWN_STATES)
        live = [sample for sample in live if sample.class_id and not sample.question]
        vectors = await self.samples.vectors([sample.sample_id for sample in live])
        faces: dict[str, list[Vectors]] = {}
        for sample in live:
            rows = vectors.get(sample.sample_id)
            if rows is not None and len(rows):
                faces.setdefault(sample.class_id, []).append(rows.mean(axis=0))
        empty = np.zeros((0, 128), np.float32)
        return [
            KnownClass(named, np.stack(faces[named.class_id]) if named.class_id in faces else empty)
            for named in await self.catalogue.classes(dataset.dataset_id)
        ]

    async def _new_class(self, dataset: Dataset, named: PersonName) -> str:
        made = DatasetClass(
            class_id=class_id(dataset.dataset_id, named.name, await self.catalogue.salt()),
            dataset_id=dataset.dataset_id,
            name=named.name,
            fictional=named.fictional,
        )
        await self.catalogue.add_class(made)
        return made.class_id

    async def _collapses(self, sighted: Sighted, named: Named) -> bool:
        """Whether a sample of the class has these pictures already; then it counts them."""
        candidate = sighted.candidate
        if not named.class_id or not candidate.complete:
            return False
        if not (await self.gate.decide(sighted.asset, sighted.dataset.purpose, candidate.span)).allowed:
            return False
        of_class = [s for s in await self.samples.of_class(named.class_id) if s.state in KNOWN_STATES]
        vectors = await self.samples.vectors([sample.sample_id for sample in of_class])
        for sample in sorted(of_class, key=lambda each: each.sample_id):
            if repeats(candidate.vectors, vectors.get(sample.sample_id, candidate.vectors[:0])):
                refs = [face.ref for face in candidate.track.faces]
                await self.samples.collapse(sample.sample_id, refs)
                return True
        return False

    async def _quota_is_full(self, asset: Asset, named: Named) -> bool:
        if not named.class_id:
            return False
        live = [
            sample
            for sample in await self.samples.of_class(named.class_id)
            if sample.programme_key == asset.programme_key
            and sample.state not in (State.WITHDRAWN, State.REJECTED)
        ]
        return len(live) >= self.quota

    async def make(self, sighted: Sighted, named: Named) -> Sample:
        asset, dataset, candidate = sighted.asset, sighted.dataset, sighted.candidate
        decision = await self.gate.decide(asset, dataset.purpose, candidate.span)
        by_index = {chunk.index: chunk for chunk in sighted.chunks}
        best = candidate.crops.faces[0]
        crops = []
        for face in candidate.crops.faces:
            crops += await self.pictures.cut(by_index[face.chunk].frames, [face])
        passport = Passport(
            asset_id=asset.asset_id,
            span=candidate.span,
            moment=best.moment,
            timecode=await self.pictures.timecode(by_index[best.chunk].frames, best),
            programme=asset.programme,
            rights=decision,
            models=_distinct(sighted.chunks),
            proposed_by=rule_actor(RULE, self.clock.now()),
            original_sha256=asset.original.sha256,
            uri=asset.uri,
        )
        return Sample(
            sample_id=sample_id(dataset.dataset_id, asset.asset_id, candidate.span, candidate.trail[0]),
            dataset_id=dataset.dataset_id,
            asset_id=asset.asset_id,
            programme_key=asset.programme_key,
            rule=RULE,
            purpose=dataset.purpose,
            state=State.PROPOSED if decision.allowed else State.WITHHELD,
            span=candidate.span,
            trail=thinned(candidate.trail, LONGEST_TRAIL),
            passport=passport,
            created_at=self.clock.now(),
            class_id=named.class_id,
            question=named.question,
            crops=tuple(crops),
            evidence=named.evidence,
            quality=candidate.quality,
            collapsed=tuple(face.ref for face in candidate.crops.collapsed),
            reason="" if decision.allowed else decision.sentence,
        )


def _is_open(sample: Sample) -> bool:
    """Whether the mesh may still decide: no person did, and no withdrawal lasts."""
    lasting = sample.state is State.WITHDRAWN and sample.withdrawal is not Withdrawal.RIGHTS
    return sample.state not in DECIDED and not lasting


def _lasting(same: Sequence[Sample]) -> Sample:
    decided = [sample for sample in same if sample.state in DECIDED]
    open_ = [sample for sample in same if _is_open(sample)]
    return min(decided or open_ or same, key=lambda sample: (sample.created_at, sample.sample_id))


def _merged(sample: Sample) -> Sample | None:
    if sample.state in DECIDED:
        return None
    return sample.withdrawn(Withdrawal.MERGED, "It is the same sighting as an older sample.")


def _distinct(chunks: Sequence[SeenInChunk]) -> list[ModelVersion]:
    named = {(model.name, model.version): model for chunk in chunks for model in chunk.models}
    return [named[key] for key in sorted(named)]


def _what_the_store_says(found: Found) -> tuple[Evidence, ...]:
    if found.match is Match.NEW:
        return ()
    sentence = {
        Match.SAME: "A sample of {class} shows a similar face.",
        Match.OTHER_SPELLING: "The caption spells the name otherwise, and the face is that of {class}.",
        Match.FACE_OF_ANOTHER: "The caption names somebody else, but the face is like that of class "
        f"{found.of.class_id if found.of else ''}: one of the two is wrong.",
        Match.NAME_OF_ANOTHER: "The caption names class "
        f"{found.of.class_id if found.of else ''}, but its faces look different.",
    }[found.match]
    near = 0.0 if found.distance == float("inf") else max(0.0, 1 - found.distance)
    return (Evidence(kind="known_face", sentence=sentence, score=near),)
