"""Why samples and assets are withheld: one group a sentence, the largest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from framewell.rights.v1.rights_pb2 import PURPOSE_UNSPECIFIED, Purpose
from framewell_dataset.domain.assets import Asset, seconds_per_tick
from framewell_dataset.domain.rights import PURPOSES
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights_changes import RefusalGroup, RefusalIndex, RefusedPlace
from framewell_kit.paging import Page, PageRequest, page_of

MOST_MOMENTS = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """A place that is withheld, with the title of its programme."""

    place: RefusedPlace
    title: str
    at: timedelta | None
    """Time from the first picture; None of a whole asset."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A group with some of its places."""

    group: RefusalGroup
    moments: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class ListRefusals:
    """Pages of groups; `index` finds them without reading what is not withheld."""

    index: RefusalIndex
    assets: AssetRepository

    async def __call__(self, page: PageRequest, kind: str, purpose: "Purpose.ValueType") -> Page[Refused]:
        """Return a page of the groups of a kind (empty: both) and a purpose (unspecified: all)."""
        groups = [one for one in await self._groups(kind, purpose) if one.count]
        groups.sort(key=_key)
        found = page_of(groups, page, _key, (int, str, int, str))
        refused = [Refused(one, await self._moments(one)) for one in found.items]
        return Page(refused, found.next_token, len(groups))

    async def _groups(self, kind: str, purpose: "Purpose.ValueType") -> list[RefusalGroup]:
        found: list[RefusalGroup] = []
        wanted = PURPOSES if purpose == PURPOSE_UNSPECIFIED else (purpose,)
        if kind != "assets":
            found += [one for one in await self.index.of_samples() if one.purpose in wanted]
        if kind != "samples":
            for each in wanted:
                found += await self.index.of_assets(each)
        return found

    async def _moments(self, group: RefusalGroup) -> list[Moment]:
        known: dict[str, Asset | None] = {}
        moments = []
        for place in await self.index.places(group, MOST_MOMENTS):
            if place.asset_id not in known:
                known[place.asset_id] = await self.assets.get(place.asset_id)
            asset = known[place.asset_id]
            title = asset.programme.title if asset is not None else ""
            moments.append(Moment(place, title, _at(place, asset)))
        return moments


def _key(group: RefusalGroup) -> tuple[int, str, int, str]:
    return -group.count, group.kind, group.purpose, group.sentence


def _at(place: RefusedPlace, asset: Asset | None) -> timedelta | None:
    if place.start_pts is None or asset is None:
        return None
    ticks = max(0, place.start_pts - asset.clock.start_pts)
    return timedelta(seconds=float(ticks * seconds_per_tick(asset.clock)))
