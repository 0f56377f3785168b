"""Faces of an asset that nobody named are uses of it, too: snapshots that hold some follow its rights."""

from collections import Counter
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import SnapshotState
from framewell_dataset.ports.snapshots import BackgroundFaceRepository, SnapshotRepository
from framewell_dataset.steps.forget_files import ForgetFiles
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.facts import Cause

REASON = say(
    "withdrawal.background",
    "The rights in an asset that some of its unnamed faces come from no longer allow this use.",
)


@dataclass(frozen=True, slots=True)
class RecheckBackground:
    """Withdraws snapshots with unnamed faces of an asset that may not be used for their purpose.

    Called after whatever changed the asset was written, so that either a draft under way is found here, or
    its maker sees the change. Doing it twice changes nothing.
    """

    faces: BackgroundFaceRepository
    snapshots: SnapshotRepository
    files: ForgetFiles
    gate: RightsGate
    upkeep: SnapshotUpkeep

    async def __call__(self, asset_id: str, actor: Actor, cause: Cause) -> None:
        """Withdraw what must not be used any more; keep no face of what may not be analysed."""
        if await self._unseen(asset_id):
            await self.faces.forget(asset_id)
        allowed: dict[int, bool] = {}
        names = []
        async for stored in self.snapshots.with_background(asset_id):
            purpose = stored.published.purpose
            if stored.state is SnapshotState.WITHDRAWN:
                continue
            if purpose not in allowed:
                allowed[purpose] = await self.gate.allows(asset_id, purpose)
            if not allowed[purpose]:
                names.append(stored.published.snapshot_id)
        await self.upkeep.withdraw(names, REASON, actor, cause)

    async def _unseen(self, asset_id: str) -> bool:
        rights = await self.gate.rights_by_id(asset_id)
        if rights is None:
            return True
        return not next(
            each.allowed for each in self.gate.passages(rights) if each.purpose == PURPOSE_ANALYSIS
        )

    async def forget(self, asset_id: str, actor: Actor, cause: Cause) -> Counter[str]:
        """Withdraw all that hold faces of an asset that is gone, and delete the tables that these lie in."""
        await self(asset_id, actor, cause)
        counts: Counter[str] = Counter()
        async for stored in self.snapshots.with_background(asset_id):
            counts += await self.files.of_background(stored, REASON, actor, cause)
        return counts
