"""A chunk was analysed: propose what its captions and faces say beyond doubt."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell_dataset.domain.assets import known_asset, seconds_per_tick
from framewell_dataset.ports.assets import AnalysisReader, AssetRepository, ChunkRepository
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.rules import lower_third_face
from framewell_dataset.rules.track_linking import along_shots
from framewell_dataset.steps.describe_faces import DescribeFaces
from framewell_dataset.steps.make_sample import Sighted
from framewell_dataset.steps.register_candidate import RegisterCandidate
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcome_messages import is_done
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class ProposeSamples:
    """Proposes the complete candidates of one chunk; questions wait for the whole asset.

    Its facts leave with the samples' own documents. Raises NotYet while the asset is unknown here. A
    redelivery finds the samples it made.
    """

    assets: AssetRepository
    chunks: ChunkRepository
    datasets: DatasetRepository
    analyses: AnalysisReader
    register: RegisterCandidate
    describe: DescribeFaces

    async def __call__(self, fact: ChunkAnalysed, cause: Cause) -> Sequence[Outgoing]:
        asset = known_asset(await self.assets.get(fact.work.asset_id), fact.work.asset_id)
        if asset is None:
            return ()
        await self.chunks.keep(fact)
        if not is_done(fact.outcome):
            return ()
        datasets = await self.datasets.proposed_by(lower_third_face.NAME)
        seen = await self.analyses.seen(fact)
        tracks, captions = along_shots([seen], ())
        scene = lower_third_face.Scene(tracks, captions, seconds_per_tick(fact.work.timeline), asset.still)
        for candidate in lower_third_face.candidates(scene):
            if candidate.complete:
                for dataset in datasets:
                    with contextlib.suppress(NotFound):  # its pictures were taken away since
                        await self.register(Sighted(asset, dataset, candidate, [seen]), cause)
        await self.describe(fact, seen, datasets, cause)
        return ()
