"""A look at a whole asset: link tracks along the final shots, ask what is open, keep background faces."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell.media.v1.media_pb2 import ObjectRef, Shot, Work
from framewell_dataset.domain.assets import Asset, seconds_per_tick
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.observations import NO_VECTORS, FaceTrack, SeenInChunk
from framewell_dataset.domain.samples import Sample
from framewell_dataset.domain.snapshots import BackgroundFace
from framewell_dataset.ports.assets import AnalysisReader, AssetRepository, ChunkRepository
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.ports.review import RepeatRepository, SampleRepository, VectorRepository
from framewell_dataset.ports.snapshots import BackgroundFaceRepository
from framewell_dataset.rules import lower_third_face
from framewell_dataset.rules.crops import KnownCrops, choose
from framewell_dataset.rules.segments import Segment, segments
from framewell_dataset.rules.track_linking import along_shots
from framewell_dataset.steps.describe_faces import DescribeFaces
from framewell_dataset.steps.make_sample import Sighted
from framewell_dataset.steps.register_candidate import RegisterCandidate
from framewell_kit.facts import Cause
from framewell_kit.outcome_messages import is_done
from framewell_kit.outcomes import NotFound

MOST_VECTORS_OF_A_FACE = 3
MOST_COMPARED = 100
"""Samples on either side of a segment whose pictures its tracks may repeat."""


@dataclass(frozen=True, slots=True)
class ProposeAlongShots:
    """Looks at one segment of a few minutes after another: what a chunk costs does not grow with the asset.

    Doing a segment again changes nothing, so whoever takes over goes on after the last one that was done.
    """

    assets: AssetRepository
    chunks: ChunkRepository
    datasets: DatasetRepository
    analyses: AnalysisReader
    samples: SampleRepository
    vectors: VectorRepository
    repeats: RepeatRepository
    background: BackgroundFaceRepository
    register: RegisterCandidate
    describe: DescribeFaces

    async def __call__(self, work: Work, index: ObjectRef, begin: int, cause: Cause) -> AsyncIterator[int]:
        """Look at the segments from number `begin` on; yield how many are done after each of them.

        Ends early when the asset is removed meanwhile, or what was analysed of it is taken away: withheld, or
        erased, or analysed anew.
        """
        try:
            analysis = await self.analyses.index(index)
        except NotFound:
            return
        planned = segments([chunk.span for chunk in analysis.chunks], analysis.shots)
        for segment in planned[begin:]:
            asset = await self.assets.get(work.asset_id)
            if asset is None or asset.removed:
                return
            chunks = [_chunk(work, each) for each in analysis.chunks[segment.first : segment.last]]
            await self._look_at(asset, segment, chunks, analysis.shots, cause)
            yield segment.number + 1
        await self.background.forget_older(work.asset_id, work.generation)

    async def _look_at(
        self,
        asset: Asset,
        segment: Segment,
        chunks: Sequence[ChunkAnalysed],
        shots: Sequence[Shot],
        cause: Cause,
    ) -> None:
        work = chunks[0].work
        for chunk in chunks:
            await self.chunks.keep(chunk)
        done = [chunk for chunk in chunks if is_done(chunk.outcome)]
        seen = [await self.analyses.seen(chunk) for chunk in done]
        tracks, captions = along_shots(_part(seen, segment), shots)
        scene = lower_third_face.Scene(tracks, captions, seconds_per_tick(work.timeline), asset.still)
        candidates = lower_third_face.candidates(scene)
        datasets = await self.datasets.proposed_by(lower_third_face.NAME)
        for dataset in datasets:
            for candidate in candidates:
                with contextlib.suppress(NotFound):  # its pictures were taken away since
                    await self.register(Sighted(asset, dataset, candidate, seen), cause)
            await self._note_repeats(asset, dataset, tracks)
        named = {candidate.track.key for candidate in candidates}
        await self._keep_background(work, segment, [track for track in tracks if track.key not in named])
        for chunk, each in zip(done, seen, strict=True):
            await self.describe(chunk, each, datasets, cause)

    async def _note_repeats(self, asset: Asset, dataset: Dataset, tracks: Sequence[FaceTrack]) -> None:
        """Count shots that show a sample's very pictures again with the sample, caption or not."""
        if not tracks:
            return
        middle = tracks[len(tracks) // 2].span.start_pts
        live = await self.samples.nearby(asset.asset_id, dataset.dataset_id, middle, MOST_COMPARED)
        known: dict[str, KnownCrops] = {}
        for track in tracks:
            mine = track.described
            if mine.space not in known:
                known[mine.space] = await self._known(live, mine.space)
            repeated = known[mine.space].repeated_by(mine.rows)[:1]
            for place in repeated:
                span, trajectory = track.span, track.trajectory
                if not any(sample.same_as(span, trajectory) for sample in live[: place + 1]):
                    await self.repeats.note(live[place].sample_id, asset.asset_id, track.faces)

    async def _known(self, samples: Sequence[Sample], space: str) -> KnownCrops:
        vectors = await self.vectors.get([sample.sample_id for sample in samples], space)
        return KnownCrops([vectors.get(sample.sample_id, NO_VECTORS) for sample in samples])

    async def _keep_background(self, work: Work, segment: Segment, tracks: Sequence[FaceTrack]) -> None:
        """Keep a few vectors of each face that no caption names."""
        kept = []
        for track in tracks:
            faces = choose(track.faces).faces[:MOST_VECTORS_OF_A_FACE]
            if faces:
                mine = FaceTrack(track.key, track.shot, faces).described
                kept.append(BackgroundFace(f"{work.asset_id}/{track.key}", work.asset_id, mine))
        await self.background.keep(work.asset_id, work.generation, segment.number, kept)


def _chunk(work: Work, analysis: ChunkAnalysis) -> ChunkAnalysed:
    """Return the fact about one chunk of an index."""
    return ChunkAnalysed(
        work=work,
        chunk_id=analysis.chunk_id,
        index=analysis.index,
        span=analysis.span,
        outcome=analysis.outcome,
        results=analysis.results,
        frames=analysis.frames,
        provisional_cuts=analysis.provisional_cuts,
        picture_count=analysis.picture_count,
        revision=analysis.revision,
    )


def _part(seen: Sequence[SeenInChunk], segment: Segment) -> list[SeenInChunk]:
    """Return what belongs to the segment: the first and last chunk may be shared with its neighbours."""
    return [each.between(segment.start_pts, segment.end_pts) for each in seen]
