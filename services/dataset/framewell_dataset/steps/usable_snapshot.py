"""A snapshot that may still be used."""

from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import SnapshotState, StoredSnapshot
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_kit.outcomes import Gone, NotFound


async def usable_snapshot(snapshots: SnapshotRepository, snapshot_id: str) -> StoredSnapshot:
    """Return the published snapshot. Raises NotFound for none, Gone when it was withdrawn."""
    stored = await snapshots.get(snapshot_id)
    if stored is None or stored.state is SnapshotState.DRAFT:
        raise NotFound(
            say("snapshot_unknown", "snapshot {snapshot_id} does not exist", snapshot_id=snapshot_id)
        )
    if stored.state is SnapshotState.WITHDRAWN:
        reason = stored.withdrawn.reason if stored.withdrawn else "its samples must not be used any more"
        raise Gone(
            say(
                "snapshot_withdrawn",
                "snapshot {snapshot_id} was withdrawn: {reason}",
                snapshot_id=snapshot_id,
                reason=reason,
            )
        )
    return stored
