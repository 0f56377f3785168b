"""All of an asset is analysed: look again along the final shots, ask what is open, keep the strangers."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetAnalysed
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.sightings import FaceTrack, Vectors
from framewell_dataset.domain.snapshots import Stranger
from framewell_dataset.handlers.enrol import Enrol, Sighted
from framewell_dataset.handlers.propose_samples import known_asset, listening, seconds_per_tick
from framewell_dataset.ports import AssetBook, Catalogue, Pictures, SampleStore, Strangers
from framewell_dataset.rules import lower_third_face
from framewell_dataset.rules.crops import choose, repeats
from framewell_dataset.rules.seams import along_shots
from framewell_kit.facts import Cause, Outgoing

MOST_STRANGER_VECTORS = 3


@dataclass(frozen=True, slots=True)
class CompleteAsset:
    """Runs the rules over the whole asset. Raises NotYet while the asset is unknown here."""

    assets: AssetBook
    catalogue: Catalogue
    pictures: Pictures
    samples: SampleStore
    strangers: Strangers
    enrol: Enrol

    async def __call__(self, fact: AssetAnalysed, cause: Cause) -> Sequence[Outgoing]:
        asset = await known_asset(self.assets, fact.asset_id)
        if asset is None:
            return ()
        done = [chunk for chunk in fact.chunks if chunk.outcome.HasField("done")]
        for chunk in done:
            await self.assets.keep_chunk(chunk)
        seen = [await self.pictures.seen(chunk) for chunk in done]
        tracks, captions = along_shots(seen, fact.shots)
        scene = lower_third_face.Scene(tracks, captions, seconds_per_tick(fact.timeline), asset.still)
        candidates = lower_third_face.candidates(scene)
        for dataset in await listening(self.catalogue):
            for candidate in candidates:
                await self.enrol(Sighted(asset, dataset, candidate, seen), cause)
            await self._collapse_repeats(asset, dataset, tracks)
        named = {candidate.track.key for candidate in candidates}
        await self._keep_strangers(asset, [track for track in tracks if track.key not in named])
        return ()

    async def _collapse_repeats(self, asset: Asset, dataset: Dataset, tracks: Sequence[FaceTrack]) -> None:
        """Shots that show a sample's very pictures again are counted by it, caption or not."""
        live = [
            sample
            for sample in await self.samples.of_asset(asset.asset_id, dataset.dataset_id)
            if sample.state in (State.PROPOSED, State.ACCEPTED, State.WITHHELD)
        ]
        vectors = await self.samples.vectors([sample.sample_id for sample in live])
        for track in tracks:
            repeated = _repeated_by(track, live, vectors)
            if repeated is not None:
                await self.samples.collapse(repeated.sample_id, [face.ref for face in track.faces])

    async def _keep_strangers(self, asset: Asset, tracks: Sequence[FaceTrack]) -> None:
        """Keep a few vectors of each face that no caption names."""
        strangers = []
        for track in tracks:
            faces = choose(track.faces).faces[:MOST_STRANGER_VECTORS]
            if faces:
                vectors = FaceTrack(track.key, track.shot, faces).vectors()
                strangers.append(Stranger(f"{asset.asset_id}/{track.key}", asset.asset_id, vectors))
        await self.strangers.keep(asset.asset_id, strangers)


def _repeated_by(track: FaceTrack, live: Sequence[Sample], vectors: dict[str, Vectors]) -> Sample | None:
    for sample in live:
        if sample.same_as(track.span, track.trail):
            return None
        rows = vectors.get(sample.sample_id)
        if rows is not None and repeats(track.vectors(), rows):
            return sample
    return None
