"""Samples of a snapshot leave in a format that others read, as far as the rights allow it now."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell.access.v1.access_pb2 import AccessRecorded
from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import (
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    Purpose,
)
from framewell_contracts.json_mapping import enum_word
from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import Export
from framewell_dataset.domain.wording import PURPOSE_WORDS
from framewell_dataset.ports.snapshots import SnapshotExporter, SnapshotRepository, SnapshotTables
from framewell_dataset.steps.allowed_samples import AllowedSamples
from framewell_dataset.steps.confirm_export import ConfirmExport
from framewell_dataset.steps.usable_snapshot import usable_snapshot
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, Rejected

EXPORTED_FOR = (PURPOSE_SHARING, PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING)


@dataclass(frozen=True, slots=True)
class Exported:
    """An export, and what was left out of it: how many samples, and why most of them."""

    export: Export
    left_out: int
    reason: str


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    """Writes the samples that may be used for the purpose, and records who got them.

    Rights are asked again once the file is written, and each time that it is fetched. Without a purpose it is
    sharing: an export leaves the house.
    """

    snapshots: SnapshotRepository
    tables: SnapshotTables
    exporter: SnapshotExporter
    allowed: AllowedSamples
    confirm: ConfirmExport
    clock: Clock

    async def __call__(
        self,
        snapshot_id: str,
        format_: "ExportFormat.ValueType",
        purpose: "Purpose.ValueType",
        actor: Actor,
        cause: Cause,
    ) -> AsyncIterator[float | Exported]:
        """Yield progress from 0 to 1, then the export.

        Raises NotFound, Gone for a withdrawn snapshot, Conflict when none of its samples may be used for the
        purpose or one must not any more, Rejected for no format.
        """
        purpose = purpose or PURPOSE_SHARING
        if purpose not in EXPORTED_FOR:
            raise Rejected(
                say("purpose", "an export is made for sharing, own_training or generative_training")
            )
        stored = await usable_snapshot(self.snapshots, snapshot_id)
        found = await self.allowed(stored, purpose)
        reason = max(found.left_out, key=lambda each: (found.left_out[each], each), default="")
        if reason and not found.allowed:
            raise Conflict(
                say(
                    "nothing_to_export",
                    "no sample of snapshot {snapshot_id} may be used for {purpose}: {reason}",
                    snapshot_id=snapshot_id,
                    purpose=PURPOSE_WORDS[purpose],
                    reason=reason,
                )
            )
        async for step in self.exporter.export(stored, format_, purpose, found.allowed):
            if not isinstance(step, ObjectRef):
                yield step
                continue
            export = Export(snapshot_id, step, purpose, tuple(sorted(found.allowed)))
            await self.tables.hold_export(snapshot_id, step)
            await self.snapshots.note_export(export, self._access(export, format_, actor), cause)
            await self.confirm(export)
            yield Exported(export, found.left_out.total(), reason)

    def _access(self, export: Export, format_: "ExportFormat.ValueType", actor: Actor) -> AccessRecorded:
        by = Actor(principal=actor.principal, authority=actor.authority)
        by.decided_at.FromDatetime(self.clock.now())
        word = enum_word(ExportFormat.DESCRIPTOR, format_)
        return AccessRecorded(
            resource=f"snapshots/{export.snapshot_id}/exports/{word}",
            actor=by,
            purpose=export.purpose,
            snapshot_id=export.snapshot_id,
        )
