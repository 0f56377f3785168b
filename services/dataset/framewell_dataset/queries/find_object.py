"""Crops, tables and exports, found by the sample or snapshot they are part of, while that may be shown."""

from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_dataset.domain.samples import State
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.steps.confirm_export import ConfirmExport
from framewell_dataset.steps.confirm_snapshot import ConfirmSnapshot
from framewell_dataset.steps.usable_snapshot import usable_snapshot
from framewell_kit.outcomes import Conflict, Gone, NotFound
from framewell_kit.readable_objects import ReadableObject
from framewell_kit.tombstones import Tombstones, asset_subject, class_subject

_GONE = say("withdrawal.gone", "it must not be used any more")
_WITHHELD = say("withdrawal.for_now", "it must not be used for now")


@dataclass(frozen=True, slots=True)
class FindCrop:
    """Finds a crop of a sample that may be shown: not withheld, not withdrawn, its class not gone."""

    samples: SampleRepository
    tombstones: Tombstones

    async def __call__(self, owner_id: str, key: str, /) -> ReadableObject:
        """See FindReadable; Conflict while the sample is withheld."""
        sample = await self.samples.get(owner_id)
        if sample is None:
            raise NotFound(say("sample_unknown.object", "there is no sample {sample_id}", sample_id=owner_id))
        buried = await self.tombstones.find(asset_subject(sample.asset_id), class_subject(sample.class_id))
        if buried is not None:
            raise Gone(buried.sentence)
        if sample.state is State.WITHDRAWN:
            raise Gone(
                say(
                    "sample_withdrawn",
                    "sample {sample_id} was withdrawn: {reason}",
                    sample_id=owner_id,
                    reason=sample.reason or _GONE,
                )
            )
        if sample.state is State.WITHHELD:
            raise Conflict(
                say(
                    "sample_withheld",
                    "sample {sample_id} is withheld: {reason}",
                    sample_id=owner_id,
                    reason=sample.reason or _WITHHELD,
                )
            )
        found = next((crop.picture for crop in sample.crops if crop.picture.key == key), None)
        if found is None:
            raise NotFound(
                say("crop_unknown", "sample {sample_id} has no crop {key}", sample_id=owner_id, key=key)
            )
        return ReadableObject(found)


@dataclass(frozen=True, slots=True)
class FindSnapshotObject:
    """Finds the manifest, a table or an export of a snapshot that is not withdrawn.

    Asked anew each time: all that it holds must still be allowed for what it was made for.
    """

    snapshots: SnapshotRepository
    confirm: ConfirmSnapshot
    confirm_export: ConfirmExport

    async def __call__(self, owner_id: str, key: str, /) -> ReadableObject:
        """See FindReadable. Giving it out is recorded, for the purpose it was made for.

        Raises Gone for what may not be used for that any more.
        """
        stored = await usable_snapshot(self.snapshots, owner_id)
        published = stored.published
        for ref in (published.manifest, published.samples, published.background):
            if ref.key == key:
                await self.confirm(owner_id)
                if ref == published.background:
                    await self.confirm.background(stored)
                return ReadableObject(ref, published.purpose, owner_id)
        made = await self.snapshots.export(owner_id, key)
        if made is None:
            raise NotFound(
                say(
                    "object_unknown.snapshot",
                    "snapshot {snapshot_id} has no object {key}",
                    snapshot_id=owner_id,
                    key=key,
                )
            )
        try:
            await self.confirm_export(made)
        except Conflict as refusal:
            raise Gone(refusal.reason) from refusal
        return ReadableObject(made.ref, made.purpose, owner_id)
