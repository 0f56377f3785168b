"""What must not be taken in again: assets that were erased, and media of holders who were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from framewell_kit.name_hashes import NameHashes
from framewell_kit.tombstones import Going, Tombstone, Tombstones, asset_subject, holder_subject

ERASED: Final = "erased"
"""Code of the rejection of what must not be taken in again."""


@dataclass(frozen=True, slots=True)
class RefuseGone:
    """Asks the tombstones of an asset and of the holders of its rights. Raises Busy."""

    tombstones: Tombstones
    names: NameHashes

    async def __call__(self, asset_id: str, holders: Iterable[str]) -> Tombstone | None:
        """Return why the asset must not be taken in, None when it may be.

        One that was removed is no such: it is known as removed.
        """
        asset = await self.tombstones.find(asset_subject(asset_id))
        if asset is not None and asset.going is Going.ERASED:
            return asset
        named = dict.fromkeys(holder for holder in holders if holder)
        return await self.tombstones.find(*(holder_subject(self.names.of(holder)) for holder in named))
