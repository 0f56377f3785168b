"""A snapshot that may still be used."""

from framewell_contracts.sentences import say, worded
from framewell_dataset.domain.snapshots import SnapshotState, StoredSnapshot
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_kit.outcomes import Gone, NotFound

_UNUSABLE = say("withdrawal.samples", "its samples must not be used any more")


async def usable_snapshot(snapshots: SnapshotRepository, snapshot_id: str) -> StoredSnapshot:
    """Return the published snapshot. Raises NotFound for none, Gone when it was withdrawn."""
    stored = await snapshots.get(snapshot_id)
    if stored is None or stored.state is SnapshotState.DRAFT:
        raise NotFound(
            say("snapshot_unknown", "snapshot {snapshot_id} does not exist", snapshot_id=snapshot_id)
        )
    if stored.state is SnapshotState.WITHDRAWN:
        withdrawn = stored.withdrawn
        reason = worded(withdrawn.reason, withdrawn.wording) if withdrawn else _UNUSABLE
        raise Gone(
            say(
                "snapshot_withdrawn",
                "snapshot {snapshot_id} was withdrawn: {reason}",
                snapshot_id=snapshot_id,
                reason=reason,
            )
        )
    return stored
