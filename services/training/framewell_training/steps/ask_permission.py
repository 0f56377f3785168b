"""Whether something may still be used: asked anew by every step, right before the step shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_kit.outcomes import Conflict
from framewell_kit.tombstones import Going, Tombstones, asset_subject, class_subject, holder_subject
from framewell_training.domain.models import Model, unusable
from framewell_training.domain.runs import ERASED, REMOVED, WITHDRAWN, RunStopped
from framewell_training.domain.snapshots import snapshot_withdrawn
from framewell_training.ports import NameHash, SnapshotRepository, SourceRepository, Tables


class NotAllowed(Conflict):
    """Something may not be used any more; `code` says what for: `snapshot_withdrawn`, `source_erased` …"""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class AskPermission:
    """Asks the state of a snapshot, and the tombstones of all that was read from it.

    Who takes something away writes that down first, and looks for what was made of it then. Who makes
    something writes a draft of it first, asks here then, and shows it after that. So either the draft is
    found, or the answer here is no.
    """

    snapshots: SnapshotRepository
    tombstones: Tombstones
    sources: SourceRepository
    name_hash: NameHash

    def subjects(self, tables: Tables) -> frozenset[str]:
        """Return all that a run reads: classes, assets, those of unnamed faces too, and who is paid."""
        holders = {owed.holder for owed in tables.owed}
        return frozenset(
            {
                *map(class_subject, tables.photos.class_ids),
                *map(asset_subject, tables.photos.asset_ids),
                *map(asset_subject, tables.background.asset_ids),
                *(holder_subject(self.name_hash(holder)) for holder in holders),
            }
        )

    async def for_run(self, snapshot_id: str, subjects: Iterable[str]) -> None:
        """Raise RunStopped when a run on the snapshot must not go on."""
        try:
            await self._ask(snapshot_id, subjects)
        except NotAllowed as refusal:
            raise RunStopped(refusal.code, refusal.reason) from refusal

    async def for_model(self, model: Model) -> None:
        """Raise NotAllowed when a model must not be used."""
        if model.withdrawn:
            raise NotAllowed(
                say(
                    "withdrawn.model",
                    "{model} must not be used: {reason}; train again without",
                    model=model.ref,
                    reason=model.withdrawn,
                ),
                WITHDRAWN,
            )
        try:
            await self._ask(model.snapshot_id, await self.sources.subjects_of(model.run_id))
        except NotAllowed as refusal:
            raise NotAllowed(unusable(model.ref, refusal.reason), refusal.code) from refusal

    async def _ask(self, snapshot_id: str, subjects: Iterable[str]) -> None:
        snapshot = await self.snapshots.get(snapshot_id)
        if snapshot is not None and snapshot.withdrawn:
            raise NotAllowed(snapshot_withdrawn(snapshot_id, snapshot.withdrawn), WITHDRAWN)
        gone = await self.tombstones.among(sorted(subjects))
        if gone:
            tombstone = await self.tombstones.find(*sorted(gone))
            erased = tombstone is not None and tombstone.going is Going.ERASED
            sentence = tombstone.sentence if tombstone is not None else ""
            raise NotAllowed(
                say("rests_on_gone", "it rests on something that is gone. {why}", why=sentence),
                ERASED if erased else REMOVED,
            )
