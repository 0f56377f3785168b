"""Whether a published snapshot may still be given out: asked each time that its rows or tables are read."""

from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import StoredSnapshot
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.steps.allowed_samples import AllowedSamples
from framewell_dataset.steps.usable_snapshot import usable_snapshot
from framewell_kit.outcomes import Gone


@dataclass(frozen=True, slots=True)
class ConfirmSnapshot:
    """Asks state, rights and tombstones of what a snapshot holds anew, for the purpose it was made for.

    The scan that follows a change withdraws the snapshot; whoever comes before the scan is refused here.
    """

    snapshots: SnapshotRepository
    allowed: AllowedSamples

    async def __call__(self, snapshot_id: str) -> StoredSnapshot:
        """Return the snapshot when all its samples may be used.

        Raises NotFound for none, Gone for one that was withdrawn or is about to be.
        """
        stored = await usable_snapshot(self.snapshots, snapshot_id)
        found = await self.allowed(stored, stored.published.purpose)
        if found.left_out:
            raise Gone(
                say(
                    "snapshot_unusable",
                    "snapshot {snapshot_id} must not be used any more: {why}",
                    snapshot_id=snapshot_id,
                    why=min(found.left_out),
                )
            )
        return stored

    async def background(self, stored: StoredSnapshot) -> None:
        """Return when all its unnamed faces may be used, else raise Gone."""
        for asset_id in await self.snapshots.background_assets(stored):
            if not await self.allowed.gate.allows(asset_id, stored.published.purpose):
                raise Gone(
                    say(
                        "snapshot_unusable.unnamed",
                        "snapshot {snapshot_id} must not be used any more: an asset that some of its "
                        "unnamed faces "
                        "come from may not",
                        snapshot_id=stored.published.snapshot_id,
                    )
                )
