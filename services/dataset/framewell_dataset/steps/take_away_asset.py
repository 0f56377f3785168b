"""Everything that the service made of an asset goes."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.ports.assets import AssetRepository, ChunkRepository
from framewell_dataset.ports.review import RepeatRepository, SampleRepository
from framewell_dataset.ports.rights import StatementRepository
from framewell_dataset.ports.snapshots import BackgroundFaceRepository
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.recheck_background import RecheckBackground
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class TakeAwayAsset:
    """Marks the asset as gone first, so that facts still under way make nothing new of it."""

    assets: AssetRepository
    chunks: ChunkRepository
    statements: StatementRepository
    samples: SampleRepository
    repeats: RepeatRepository
    background: BackgroundFaceRepository
    forget: ForgetSamples
    recheck_background: RecheckBackground

    async def __call__(
        self, asset_id: str, revision: int, why: tuple[Withdrawal, str], actor: Actor, cause: Cause
    ) -> Mapping[str, int]:
        """Return how many things went, by store. Doing it again finds nothing more."""
        await self.assets.remove(asset_id, revision, cause)
        counts = await self.forget(self.samples.of_asset(asset_id), *why, actor, cause)
        counts["chunks"] += await self.chunks.forget(asset_id)
        await self.repeats.forget_asset(asset_id)
        counts["background_faces"] += await self.background.forget(asset_id)
        counts += await self.recheck_background.forget(asset_id, actor, cause)
        counts["statements"] += await self.statements.forget(Subject(asset_id=asset_id))
        return counts
