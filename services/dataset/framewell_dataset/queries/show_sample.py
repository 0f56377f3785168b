"""One sample with everything that a decision about it rests on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.dataset.v1.review_service_pb2 import EvidenceSource, GetSampleResponse, SampleCandidate
from framewell.media.v1.media_pb2 import Box
from framewell.sample.v1.sample_pb2 import Evidence
from framewell_contracts.identity import observation_chunk
from framewell_contracts.picture_paths import CAPTION_MARGIN, FACE_MARGIN, part_path
from framewell_dataset.domain.assets import seconds_per_tick
from framewell_dataset.domain.observations import Caption, FaceSeen, SeenInChunk
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.ports.assets import AnalysisReader, ChunkRepository
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import SampleRepository, Wanted
from framewell_dataset.queries.nearest_people import NearestPeople
from framewell_dataset.steps.rights_gate import RightsGate

MOST_SOURCES: Final = 20
MOST_CANDIDATES: Final = 9
"""As many as there are keys from 1 to 9."""

OF_A_KIND: Final = 4
"""Observations of one piece of evidence that are shown; a face is seen in many pictures."""

CAPTION_WIDTH: Final = 960
FACE_WIDTH: Final = 320

_Seen = Caption | FaceSeen


@dataclass(frozen=True, slots=True)
class ShowSample:
    """Reads what a sample rests on as it was seen, with whom to compare it, and what the gate says now."""

    samples: SampleRepository
    chunks: ChunkRepository
    analyses: AnalysisReader
    classes: ClassRepository
    nearest: NearestPeople
    gate: RightsGate

    async def __call__(self, sample: Sample) -> GetSampleResponse:
        """Return the answer but for the sample itself."""
        sources, (claimed, candidates), rights, alike, seconds = await asyncio.gather(
            self._sources(sample),
            self._people(sample),
            self.gate.of_sample(sample),
            self._alike(sample),
            self._seconds(sample),
        )
        return GetSampleResponse(
            sources=sources,
            claimed=claimed,
            candidates=candidates,
            rights=rights,
            alike_count=alike,
            start_seconds=seconds,
        )

    async def _seconds(self, sample: Sample) -> float:
        """Return when the best crop is, from the start of its asset; 0 where its clock is not known."""
        asset = await self.gate.assets.get(sample.asset_id)
        if asset is None or not asset.clock.time_base.denominator:
            return 0.0
        ticks = sample.provenance.moment.pts - asset.clock.start_pts
        return max(0.0, float(ticks * seconds_per_tick(asset.clock)))

    async def _sources(self, sample: Sample) -> list[EvidenceSource]:
        named = [
            (evidence, name)
            for evidence in sorted(sample.evidence, key=lambda one: one.kind != "lower_third")
            for name in evidence.observation_ids[:OF_A_KIND]
        ][:MOST_SOURCES]
        chunk_ids = dict[str, str]()
        for _, name in named:
            try:
                chunk_ids[name] = observation_chunk(sample.asset_id, name)
            except ValueError:  # of a kind that was kept otherwise: it stays an id
                chunk_ids[name] = ""
        seen: dict[str, _Seen] = {}
        for chunk_id in sorted({one for one in chunk_ids.values() if one}):
            for chunk in await self._chunk(sample.asset_id, chunk_id):
                seen.update((one.observation_id, one) for one in chunk.faces)
                seen.update((one.observation_id, one) for one in chunk.captions)
        return [_source(sample, one, name, chunk_ids[name], seen.get(name)) for one, name in named]

    async def _chunk(self, asset_id: str, chunk_id: str) -> Sequence[SeenInChunk]:
        start = chunk_id.rpartition("/")[2]
        if not start.lstrip("-").isdigit():
            return []
        found = await self.chunks.at(asset_id, int(start))
        return [await self.analyses.seen(one) for one in found if one.chunk_id == chunk_id]

    async def _people(self, sample: Sample) -> tuple[SampleCandidate | None, list[SampleCandidate]]:
        """Return the class that it is said to be of, and others, nearest first."""
        near = await self.nearest(sample)
        others = [one for one in near if one.named.class_id != sample.class_id][:MOST_CANDIDATES]
        distances = {one.named.class_id: one.distance for one in near}
        offered = [
            await self._candidate(one.named.class_id, one.named.name, one.distance, one.sample_id)
            for one in others
        ]
        named = await self.classes.get(sample.class_id) if sample.class_id else None
        if named is None:
            return None, offered
        own_distance = distances.get(sample.class_id)
        claimed = await self._candidate(named.class_id, named.name, own_distance, but=sample.sample_id)
        return claimed, offered

    async def _candidate(
        self, class_id: str, name: str, distance: float | None, sample_id: str = "", *, but: str = ""
    ) -> SampleCandidate:
        accepted = Wanted(class_id=class_id, states=[State.ACCEPTED])
        answer = SampleCandidate(
            class_id=class_id,
            class_name=name,
            distance=distance,
            accepted_count=await self.samples.count_wanted(accepted),
        )
        shown = await self._shown(class_id, sample_id, but)
        if shown is not None and shown.crops:
            answer.sample_id = shown.sample_id
            answer.picture.CopyFrom(shown.crops[0].picture)
            answer.path = crop_path(shown)
        return answer

    async def _shown(self, class_id: str, sample_id: str, but: str) -> Sample | None:
        """Return the accepted sample that was compared, or the newest one of the class."""
        wanted = await self.samples.get(sample_id) if sample_id else None
        if wanted is not None and wanted.state is State.ACCEPTED and wanted.class_id == class_id:
            return wanted
        newest = await self.samples.newest_of_class(class_id, [State.ACCEPTED], 2)
        return next((one for one in newest if one.sample_id != but), None)

    async def _alike(self, sample: Sample) -> int:
        if not sample.class_id:
            return 0
        return await self.samples.count_wanted(
            Wanted(
                dataset_id=sample.dataset_id,
                states=[State.PROPOSED],
                class_id=sample.class_id,
                asset_id=sample.asset_id,
                question=False,
            )
        )


def crop_path(sample: Sample) -> str:
    """Return the path of the best picture of a sample on the gateway; it has one."""
    return f"/v1/samples/{sample.sample_id}/objects/{sample.crops[0].picture.key}"


def _source(
    sample: Sample, evidence: Evidence, name: str, chunk_id: str, seen: _Seen | None
) -> EvidenceSource:
    source = EvidenceSource(kind=evidence.kind, observation_id=name, chunk_id=chunk_id)
    if seen is None:
        return source
    at = seen.sighting
    source.span.CopyFrom(seen.span)
    source.box.CopyFrom(Box(x=at.x, y=at.y, width=at.width, height=at.height))
    source.moment.CopyFrom(seen.moment)
    frame = source.moment.frame
    if isinstance(seen, Caption):
        source.text, source.below_text, source.score = seen.text, seen.role, seen.confidence
        source.picture = part_path(
            sample.asset_id, frame, source.box, margin=CAPTION_MARGIN, width=CAPTION_WIDTH
        )
    else:
        source.score = seen.score
        source.picture = part_path(sample.asset_id, frame, source.box, margin=FACE_MARGIN, width=FACE_WIDTH)
    return source
