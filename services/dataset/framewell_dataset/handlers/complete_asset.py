"""All of an asset is analysed: queue a look at it as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetAnalysed
from framewell_dataset.domain.assets import known_asset
from framewell_dataset.ports.assets import AssetRepository, CompletionQueue
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class CompleteAsset:
    """Leaves the work to a leased job (`commands/propose_along_shots.py`), since it grows with the asset.

    Raises NotYet while the asset is unknown here. An asset of which nothing could be analysed is left alone.
    """

    assets: AssetRepository
    queue: CompletionQueue

    async def __call__(self, fact: AssetAnalysed, cause: Cause) -> Sequence[Outgoing]:
        asset = known_asset(await self.assets.get(fact.work.asset_id), fact.work.asset_id)
        if asset is not None and fact.HasField("index"):
            await self.queue.request(fact.work, fact.index, cause)
        return ()
