"""From a candidate to a sample: is it known, who is it, is it new, may it be used?

Order matters. What a person decided stands; a forgotten name stays forgotten; a wrong caption over a
known face is a conflict; a picture seen before collapses; then the rights decide whether the sample is
proposed or withheld; and they are asked again after it is written (see `SampleChanges.recheck`).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from framewell.media.v1.media_pb2 import Span
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.geometry import Sighting
from framewell_dataset.domain.observations import NO_VECTORS
from framewell_dataset.domain.sample_facts import PERSON_FORGOTTEN, REASONS, change_fact, rule_actor
from framewell_dataset.domain.samples import DECIDED, Sample, State, Withdrawal
from framewell_dataset.ports.review import (
    CropReferences,
    RepeatRepository,
    SampleRepository,
    VectorRepository,
)
from framewell_dataset.rules.candidates import Candidate
from framewell_dataset.rules.crops import KnownCrops
from framewell_dataset.rules.lower_third_face import NAME as RULE
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.make_sample import MakeSample, Sighted
from framewell_dataset.steps.name_candidate import KNOWN_STATES, MOST_COMPARED, NameCandidate, Named
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class RegisterCandidate:
    """Makes, improves or collapses one sample. `quota` bounds samples per class and programme.

    What it costs follows from what overlaps the candidate in time and from the newest samples of its
    class, not from how many samples the asset has.
    """

    samples: SampleRepository
    vectors: VectorRepository
    repeats: RepeatRepository
    crops: CropReferences
    name: NameCandidate
    make: MakeSample
    gate: RightsGate
    changes: SampleChanges
    clock: Clock
    quota: int
    forget: ForgetSamples

    async def __call__(self, sighted: Sighted, cause: Cause) -> Sample | None:
        """Return the sample this candidate is, None when it becomes none. Doing it twice changes nothing."""
        actor = rule_actor(RULE, self.clock.now())
        asset, dataset, candidate = sighted.asset, sighted.dataset, sighted.candidate
        if candidate.named is not None and await self.name.is_forgotten(candidate.named):
            return None
        same = await self.same(asset.asset_id, dataset.dataset_id, candidate.span, candidate.trajectory)
        if same:
            return await self._known_already(same, sighted, actor, cause)
        named = await self.name(dataset, candidate, actor, cause)
        if await self._collapses(sighted, named) or await self._quota_is_full(sighted, named):
            return None
        sample = await self.make(sighted, named)
        await self.insert(sample, candidate, actor, cause)
        if candidate.named is not None and await self.name.is_forgotten(candidate.named):
            why = Withdrawal.ERASED, PERSON_FORGOTTEN
            await self.forget(_only(sample), *why, actor, cause)
            return None
        return await self.changes.recheck(sample, actor, cause)

    async def insert(self, sample: Sample, candidate: Candidate, actor: Actor, cause: Cause) -> None:
        """Write the sample; where another worker wrote the same sighting at the same time, one stays."""
        await self.crops.hold(sample.sample_id, [crop.picture for crop in sample.crops])
        await self.vectors.put(sample.sample_id, candidate.described)
        await self.repeats.note(sample.sample_id, sample.asset_id, candidate.crops.collapsed)
        if not await self.samples.insert(sample, change_fact(sample, actor), cause):
            return
        for twin in await self.same(sample.asset_id, sample.dataset_id, sample.span, sample.trajectory):
            if twin.sample_id == sample.sample_id or twin.state is State.WITHDRAWN:
                continue
            if twin.state in DECIDED or twin.rank < sample.rank:
                await self.changes.apply(sample, _merged, actor, cause)
            else:
                await self.changes.apply(twin, _merged, actor, cause)

    async def same(
        self, asset_id: str, dataset_id: str, span: Span, trajectory: tuple[Sighting, ...]
    ) -> list[Sample]:
        """Return the samples of the asset that are this very sighting."""
        known = await self.samples.overlapping(asset_id, dataset_id, span)
        return [sample for sample in known if sample.same_as(span, trajectory)]

    async def _known_already(
        self, same: Sequence[Sample], sighted: Sighted, actor: Actor, cause: Cause
    ) -> Sample:
        """Keep what a person decided; of several undecided ones keep the oldest, improved."""
        kept = _lasting(same)
        grown = kept.grown(sighted.candidate.span, sighted.candidate.trajectory)
        if grown is not None:
            await self.samples.grow(grown)
            kept = grown
            # Whoever wrote a part of the same track meanwhile did not see that it belongs to this one.
            same = await self.same(kept.asset_id, kept.dataset_id, kept.span, kept.trajectory)
        open_ = [sample for sample in same if _is_open(sample)]
        for other in open_:
            if other.sample_id != kept.sample_id:
                await self.changes.apply(other, _merged, actor, cause)
        if not _is_open(kept) or not (kept.question and sighted.candidate.complete):
            return await self.changes.recheck(kept, actor, cause)
        return await self._answer(kept, sighted, actor, cause)

    async def _answer(self, kept: Sample, sighted: Sighted, actor: Actor, cause: Cause) -> Sample:
        """Turn a question that the whole asset answers into a proposal."""
        named = await self.name(sighted.dataset, sighted.candidate, actor, cause)
        fresh = await self.make(sighted, named)
        await self.crops.hold(kept.sample_id, [crop.picture for crop in fresh.crops])
        await self.vectors.put(kept.sample_id, sighted.candidate.described)

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
        current = await self.samples.get(kept.sample_id) or kept
        return await self.changes.recheck(current, actor, cause)

    async def _collapses(self, sighted: Sighted, named: Named) -> bool:
        """Return whether a sample of the class has these pictures already; then it counts them."""
        candidate = sighted.candidate
        if not named.class_id or not candidate.complete:
            return False
        if not (await self.gate.decide(sighted.asset, sighted.dataset.purpose, candidate.span)).allowed:
            return False
        newest = await self.samples.newest_of_class(named.class_id, KNOWN_STATES, MOST_COMPARED)
        described = candidate.described
        vectors = await self.vectors.get([sample.sample_id for sample in newest], described.space)
        ids = sorted(sample.sample_id for sample in newest)
        known = KnownCrops([vectors.get(each, NO_VECTORS) for each in ids])
        repeated = known.repeated_by(described.rows)
        if repeated:
            await self.repeats.note(ids[repeated[0]], sighted.asset.asset_id, candidate.track.faces)
        return bool(repeated)

    async def _quota_is_full(self, sighted: Sighted, named: Named) -> bool:
        if not named.class_id:
            return False
        return await self.samples.count(named.class_id, sighted.asset.programme_key) >= self.quota


def _is_open(sample: Sample) -> bool:
    """Return whether the mesh may still decide: no person did, and no withdrawal lasts."""
    lasting = sample.state is State.WITHDRAWN and sample.withdrawal is not Withdrawal.RIGHTS
    return sample.state not in DECIDED and not lasting


def _lasting(same: Sequence[Sample]) -> Sample:
    decided = [sample for sample in same if sample.state in DECIDED]
    open_ = [sample for sample in same if _is_open(sample)]
    return min(decided or open_ or same, key=lambda sample: (sample.created_at, sample.sample_id))


async def _only(sample: Sample) -> AsyncIterator[Sample]:
    yield sample


def _merged(sample: Sample) -> Sample | None:
    if sample.state in DECIDED:
        return None
    return sample.withdrawn(Withdrawal.MERGED, REASONS[Withdrawal.MERGED])
