"""Files of snapshots that held what is forgotten: tables, rows, manifests and exports."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.snapshots import SnapshotState, StoredSnapshot
from framewell_dataset.ports.snapshots import SnapshotRepository, SnapshotTables
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class ForgetFiles:
    """Deletes files once nothing in force names them.

    Called after the snapshot was withdrawn, or its draft voided. A draft may be written anew meanwhile, of
    the same content as far as that was not forgotten: so whatever names a deleted file afterwards is voided
    or withdrawn once more, and made again.
    """

    snapshots: SnapshotRepository
    tables: SnapshotTables
    upkeep: SnapshotUpkeep

    async def of_samples(
        self, stored: StoredSnapshot, reason: str, actor: Actor, cause: Cause
    ) -> Counter[str]:
        """Delete what holds a sample that is forgotten; return how much went, by store."""
        published = stored.published
        current = await self.snapshots.get(published.snapshot_id)
        if current is None or current.state is SnapshotState.WITHDRAWN:
            return await self.tables.forget(published.snapshot_id)
        keys = (published.samples.key, published.manifest.key, stored.rows_key)
        return await self._delete(published.snapshot_id, keys, reason, actor, cause)

    async def of_background(
        self, stored: StoredSnapshot, reason: str, actor: Actor, cause: Cause
    ) -> Counter[str]:
        """Delete the table of unnamed faces, some of which are forgotten; return how much went, by store."""
        keys = (stored.published.background.key,)
        return await self._delete(stored.published.snapshot_id, keys, reason, actor, cause)

    async def _delete(
        self, name: str, keys: Sequence[str], reason: str, actor: Actor, cause: Cause
    ) -> Counter[str]:
        counts = await self.tables.forget(name, keys)
        current = await self.snapshots.get(name)
        if current is not None and set(keys) & set(current.keys):
            await self.upkeep.withdraw([name], reason, actor, cause)
        return counts
