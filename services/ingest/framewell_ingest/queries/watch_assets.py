"""Changes of assets as they happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from framewell_ingest.domain.assets import Asset
from framewell_ingest.ports import AssetRepository
from framewell_kit.clock import Clock
from framewell_kit.paging import decode_token, encode_token

_POLL_SECONDS: Final = 0.5
_CLOCK_SKEW: Final = timedelta(seconds=2)
"""How far the clocks of two replicas may differ: so far back is looked again for changes."""


@dataclass(frozen=True, slots=True)
class WatchAssets:
    """Follows changes. None is skipped; after a resumption the last ones may come again."""

    assets: AssetRepository
    clock: Clock

    async def __call__(self, resume_token: str, asset_id: str) -> AsyncIterator[tuple[Asset, str]]:
        """Yield (asset after a change, token to resume behind it), without end.

        An empty token means from now, an empty id every asset. Raises Rejected for a token of another making.
        """
        since = _time_in(resume_token) or self.clock.now()
        sent: dict[str, int] = {}
        while True:
            changed = await self.assets.changed_since(since - _CLOCK_SKEW, asset_id)
            for asset in changed:
                if sent.get(asset.asset_id, 0) < asset.revision:
                    since = max(since, asset.changed_at)
                    yield asset, encode_token((since,))
            sent = {asset.asset_id: asset.revision for asset in changed}
            await self.clock.sleep(_POLL_SECONDS)


def _time_in(token: str) -> datetime | None:
    key = decode_token(token, (datetime,))
    if key is None:
        return None
    (since,) = key
    assert isinstance(since, datetime)
    return since
