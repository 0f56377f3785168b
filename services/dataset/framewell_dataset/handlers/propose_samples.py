"""A chunk was analysed: propose what its captions and faces say beyond doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import Timeline
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.classes import Dataset
from framewell_dataset.handlers.enrol import Enrol, Sighted
from framewell_dataset.ports import AssetBook, Catalogue, Pictures
from framewell_dataset.rules import lower_third_face
from framewell_dataset.rules.seams import along_shots
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import NotYet


@dataclass(frozen=True, slots=True)
class ProposeSamples:
    """Proposes the complete candidates of one chunk; questions wait for the whole asset.

    Its facts leave with the samples' own documents. Raises NotYet while the asset is unknown here. A
    redelivery finds the samples it made.
    """

    assets: AssetBook
    catalogue: Catalogue
    pictures: Pictures
    enrol: Enrol

    async def __call__(self, fact: ChunkAnalysed, cause: Cause) -> Sequence[Outgoing]:
        asset = await known_asset(self.assets, fact.asset_id)
        if asset is None:
            return ()
        await self.assets.keep_chunk(fact)
        if not fact.outcome.HasField("done"):
            return ()
        datasets = await listening(self.catalogue)
        seen = await self.pictures.seen(fact)
        tracks, captions = along_shots([seen], ())
        scene = lower_third_face.Scene(tracks, captions, seconds_per_tick(fact.timeline), asset.still)
        for candidate in lower_third_face.candidates(scene):
            if candidate.complete:
                for dataset in datasets:
                    await self.enrol(Sighted(asset, dataset, candidate, [seen]), cause)
        return ()


async def known_asset(assets: AssetBook, asset_id: str) -> Asset | None:
    """The asset, None when it was removed. Raises NotYet while it is unknown here."""
    asset = await assets.get(asset_id)
    if asset is None:
        raise NotYet(f"asset {asset_id} has not been taken in here yet")
    return None if asset.removed else asset


async def listening(catalogue: Catalogue) -> list[Dataset]:
    """Datasets for which the rule proposes."""
    return [dataset for dataset in await catalogue.datasets() if lower_third_face.NAME in dataset.rules]


def seconds_per_tick(timeline: Timeline) -> Fraction:
    """Of the asset's clock; milliseconds where it does not say."""
    base = timeline.time_base
    return Fraction(base.numerator, base.denominator) if base.denominator else Fraction(1, 1000)
