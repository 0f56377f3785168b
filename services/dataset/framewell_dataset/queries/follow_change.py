"""What became of a change of rights: samples, snapshots and what took their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_dataset.domain.snapshots import SnapshotState, StoredSnapshot
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights_changes import (
    Effect,
    FollowedChange,
    RightsChangeRepository,
    SampleEffect,
)
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Page, PageRequest

MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Replaced:
    """A snapshot that was withdrawn, or is about to be, and what takes its place."""

    before: StoredSnapshot
    successor_id: str
    successor: StoredSnapshot | None
    """None until it is published."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A change with what it did."""

    change: FollowedChange
    counts: Mapping[Effect, int]
    title: str = ""
    """Title of the programme where the change is about one asset."""
    samples: Sequence[SampleEffect] = ()
    replaced: Sequence[Replaced] = ()


@dataclass(frozen=True, slots=True)
class FollowChange:
    """Reads what was noted while the change was applied, and where its snapshots stand now."""

    changes: RightsChangeRepository
    snapshots: SnapshotRepository
    assets: AssetRepository

    async def __call__(self, change_id: str) -> Fate:
        """Return one change. Raises NotFound: it was not taken up yet, or what it named was erased."""
        change = await self.changes.get(change_id)
        if change is None:
            raise NotFound(
                say(
                    "change_unknown",
                    "no change of rights {change_id} is known here: it was not taken up yet, was refused, or "
                    "what it was about has been erased",
                    change_id=change_id,
                )
            )
        return Fate(
            change=change,
            counts=await self.changes.counts(change_id),
            title=await self._title(change),
            samples=await self.changes.effects(change_id, MOST_NAMED),
            replaced=await self._replaced(change.snapshot_ids),
        )

    async def page(self, page: PageRequest) -> Page[Fate]:
        """Return changes without their samples and snapshots, the newest first."""
        found = await self.changes.page(page)
        fates = [
            Fate(each, await self.changes.counts(each.change_id), await self._title(each))
            for each in found.items
        ]
        return Page(fates, found.next_token, found.total)

    async def _title(self, change: FollowedChange) -> str:
        asset = await self.assets.get(change.subject.asset_id) if change.subject.asset_id else None
        return asset.programme.title if asset is not None else ""

    async def _replaced(self, names: Sequence[str]) -> list[Replaced]:
        found = [await self.snapshots.get(name) for name in names]
        known = sorted((one for one in found if one is not None), key=_by_number)[:MOST_NAMED]
        return [await self._with_successor(one) for one in known]

    async def _with_successor(self, before: StoredSnapshot) -> Replaced:
        name = before.withdrawn.superseded_by if before.withdrawn is not None else ""
        after = await self.snapshots.get(name) if name else None
        if after is not None and after.state is SnapshotState.DRAFT:
            after = None
        return Replaced(before, name, after)


def _by_number(stored: StoredSnapshot) -> tuple[str, int]:
    return stored.published.dataset_id, stored.published.number
