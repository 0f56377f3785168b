"""From a candidate to the sample it would be: crops cut, provenance collected, rights asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.sample.v1.sample_pb2 import Crop, Provenance
from framewell_contracts.sentences import worded
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.geometry import thinned
from framewell_dataset.domain.observations import SeenInChunk
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.domain.samples import LONGEST_TRAJECTORY, Sample, State, sample_id
from framewell_dataset.ports.assets import Pictures
from framewell_dataset.rules.candidates import Candidate
from framewell_dataset.rules.lower_third_face import NAME as RULE
from framewell_dataset.steps.name_candidate import Named
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Sighted:
    """A candidate with where it was seen and for which dataset; `chunks` hold the pictures it was seen in."""

    asset: Asset
    dataset: Dataset
    candidate: Candidate
    chunks: Sequence[SeenInChunk]


@dataclass(frozen=True, slots=True)
class MakeSample:
    """Makes the sample without keeping it: proposed where the rights allow its use, withheld otherwise."""

    pictures: Pictures
    gate: RightsGate
    clock: Clock

    async def __call__(self, sighted: Sighted, named: Named) -> Sample:
        """Return the sample at its first revision. Its crops are stored: the same ones every time."""
        asset, dataset, candidate = sighted.asset, sighted.dataset, sighted.candidate
        decision = await self.gate.decide(asset, dataset.purpose, candidate.span)
        by_index = {chunk.index: chunk for chunk in sighted.chunks}
        best = candidate.crops.faces[0]
        crops: list[Crop] = []
        for face in candidate.crops.faces:
            crops += await self.pictures.cut(by_index[face.chunk].frames, [face])
        provenance = Provenance(
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
            sample_id=sample_id(dataset.dataset_id, asset.asset_id, candidate.span, candidate.trajectory[0]),
            dataset_id=dataset.dataset_id,
            asset_id=asset.asset_id,
            programme_key=asset.programme_key,
            rule=RULE,
            purpose=dataset.purpose,
            state=State.PROPOSED if decision.allowed else State.WITHHELD,
            span=candidate.span,
            trajectory=thinned(candidate.trajectory, LONGEST_TRAJECTORY),
            provenance=provenance,
            created_at=self.clock.now(),
            class_id=named.class_id,
            question=named.question,
            crops=tuple(crops),
            evidence=named.evidence,
            quality=candidate.quality,
            reason="" if decision.allowed else worded(decision.sentence, decision.wording),
        )


def _distinct(chunks: Sequence[SeenInChunk]) -> list[ModelVersion]:
    named = {(model.name, model.version): model for chunk in chunks for model in chunk.models}
    return [named[key] for key in sorted(named)]
