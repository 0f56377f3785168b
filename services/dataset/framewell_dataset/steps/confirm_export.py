"""Whether an export may still be given out: asked once it is written, and each time that it is fetched."""

from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import Export
from framewell_dataset.domain.wording import PURPOSE_WORDS
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.steps.allowed_samples import AllowedSamples
from framewell_dataset.steps.usable_snapshot import usable_snapshot
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class ConfirmExport:
    """Asks rights and tombstones of every sample of an export anew."""

    snapshots: SnapshotRepository
    allowed: AllowedSamples

    async def __call__(self, export: Export) -> None:
        """Return when all samples of an export may still be used for what it was made for.

        Raises Gone for a withdrawn snapshot, Conflict with the reason otherwise.
        """
        stored = await usable_snapshot(self.snapshots, export.snapshot_id)
        now = await self.allowed(stored, export.purpose)
        if not set(export.sample_ids) <= now.allowed:
            reason = max(now.left_out, key=lambda each: (now.left_out[each], each))
            raise Conflict(
                say(
                    "export_stale",
                    "an export of snapshot {snapshot_id} holds what may not be used for {purpose} any more: "
                    "{reason} Export it anew",
                    snapshot_id=export.snapshot_id,
                    purpose=PURPOSE_WORDS[export.purpose],
                    reason=reason,
                )
            )
