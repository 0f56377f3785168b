"""The gate as the handlers use it: the decision for a use, from everything stated at this moment."""

from dataclasses import dataclass

from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1.rights_pb2 import Purpose, RightsDecision
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.house_rules import HouseRule, applying
from framewell_dataset.domain.rights import House, Stated, StatedRights, Use, decide, next_change
from framewell_dataset.domain.samples import Sample
from framewell_dataset.ports import AssetBook, RightsBook
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class RightsGate:
    """Asks anew every time; nothing is cached, since a change acts at once."""

    assets: AssetBook
    book: RightsBook
    house: House
    house_rules: tuple[HouseRule, ...]
    clock: Clock

    async def stated(self, asset: Asset) -> StatedRights:
        """Everything stated about the asset, the house's rules among it."""
        found = await self.book.of(asset)
        return StatedRights((*found.stated, *applying(self.house_rules, asset)), found.revision)

    async def decide(
        self, asset: Asset, purpose: "Purpose.ValueType", span: Span | None = None
    ) -> RightsDecision:
        """The decision for one use, at the revision it was made at."""
        return self.weigh(await self.stated(asset), purpose, span)

    def weigh(
        self, rights: StatedRights, purpose: "Purpose.ValueType", span: Span | None = None
    ) -> RightsDecision:
        """The decision from what was read before."""
        use = Use(purpose, self.clock.now(), span)
        return decide(rights.stated, use, self.house, revision=rights.revision)

    async def of_sample(self, sample: Sample) -> RightsDecision | None:
        """The decision for a sample now, None when its asset is not known any more."""
        asset = await self.assets.get(sample.asset_id)
        if asset is None or asset.removed:
            return None
        return await self.decide(asset, sample.purpose, sample.span)

    async def note(self, asset: Asset) -> None:
        """Keep who holds rights in the asset and when its rights have to be asked for again."""
        rights = await self.stated(asset)
        due = next_change(rights.stated, self.clock.now())
        await self.assets.note_rights(asset.asset_id, rights.holders, due)

    def also(self, rights: StatedRights, added: tuple[Stated, ...]) -> StatedRights:
        """The rights as they would be with further statements."""
        return StatedRights((*rights.stated, *added), rights.revision + 1)
