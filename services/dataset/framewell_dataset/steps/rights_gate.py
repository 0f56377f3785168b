"""The rights gate as everything that uses an asset passes it: the decision from what is stated now."""

from dataclasses import dataclass, replace

from framewell.media.v1.media_pb2 import Span
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, Purpose, PurposeDecision, RightsDecision
from framewell_contracts.sentences import Sentence, say, worded, wording_of
from framewell_dataset.domain.assets import Asset, Standing
from framewell_dataset.domain.house_rules import HouseRule, applying
from framewell_dataset.domain.rights import (
    MOST_PASSAGES,
    PURPOSES,
    HousePolicy,
    ReceivedStatement,
    RightsOfAsset,
    Use,
    decide,
    holders_of,
    next_change,
    passages,
)
from framewell_dataset.domain.samples import Sample, Withdrawal
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights import StatementRepository
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.tombstones import Going, Tombstones, asset_subject, class_subject


def _not_seen(seen: RightsDecision | PurposeDecision) -> Sentence:
    """Return why what may not be analysed is not used: the sentence of that decision, and what follows."""
    return say(
        "rights_not_seen",
        "{decision} What may not be analysed may not be used for anything that rests on it.",
        decision=worded(seen.sentence, seen.wording),
    )


@dataclass(frozen=True, slots=True)
class RightsGate:
    """Reads state, rights and tombstones anew every time; nothing is cached, since a change acts at once."""

    assets: AssetRepository
    statements: StatementRepository
    tombstones: Tombstones
    house: HousePolicy
    house_rules: tuple[HouseRule, ...]
    clock: Clock

    async def rights(self, asset: Asset) -> RightsOfAsset:
        """Return everything stated about the asset, the house's rules among it."""
        rules = applying(self.house_rules, asset)
        found = await self.statements.of(asset, holders_of(rules))
        rules = applying(self.house_rules, asset, found)
        return RightsOfAsset((*found.statements, *rules), found.revision, asset.clock)

    async def rights_by_id(self, asset_id: str) -> RightsOfAsset | None:
        """Return everything stated about the asset, None when it is not known (any more)."""
        if await self.tombstones.find(asset_subject(asset_id)):
            return None
        asset = await self.assets.get(asset_id)
        return None if asset is None or asset.removed else await self.rights(asset)

    async def gone(self, sample: Sample) -> Withdrawal | None:
        """Return why nobody may ever use a sample again: its asset or its class went. None otherwise."""
        subjects = [
            asset_subject(sample.asset_id),
            *([class_subject(sample.class_id)] if sample.class_id else []),
        ]
        buried = await self.tombstones.find(*subjects)
        if buried is not None:
            return Withdrawal.ERASED if buried.going is Going.ERASED else Withdrawal.ASSET_REMOVED
        asset = await self.assets.get(sample.asset_id)
        return Withdrawal.ASSET_REMOVED if asset is not None and asset.removed else None

    async def allows(self, asset_id: str, purpose: "Purpose.ValueType") -> bool:
        """Return whether every passage of an asset may be used now; one that is gone, or unknown, may not."""
        rights = await self.rights_by_id(asset_id)
        return rights is not None and self.weigh(rights, purpose).allowed

    async def decide(
        self, asset: Asset, purpose: "Purpose.ValueType", span: Span | None = None
    ) -> RightsDecision:
        """Return the decision for one use, at the revision it was made at."""
        return self.weigh(await self.rights(asset), purpose, span)

    def weigh(
        self, rights: RightsOfAsset, purpose: "Purpose.ValueType", span: Span | None = None
    ) -> RightsDecision:
        """Return the decision from what was read before.

        Whatever is done with what models saw needs that they may look: without `analysis` nothing else.
        """
        decision = self._decide(rights, purpose, span)
        if purpose == PURPOSE_ANALYSIS or not decision.allowed:
            return decision
        seen = self._decide(rights, PURPOSE_ANALYSIS, span)
        if seen.allowed:
            return decision
        said = _not_seen(seen)
        return RightsDecision(
            purpose=purpose,
            sentence=said,
            wording=wording_of(said),
            grounds=seen.grounds,
            rights_revision=seen.rights_revision,
        )

    def _decide(
        self, rights: RightsOfAsset, purpose: "Purpose.ValueType", span: Span | None
    ) -> RightsDecision:
        use = Use(purpose, self.clock.now(), span)
        return decide(rights.statements, use, self.house, revision=rights.revision, clock=rights.clock)

    def passages(self, rights: RightsOfAsset) -> list[PurposeDecision]:
        """Return one decision per purpose about every passage, as `rights.decided` carries it."""
        now = self.clock.now()
        found = [passages(rights.statements, each, now, self.house, clock=rights.clock) for each in PURPOSES]
        seen = next(each for each in found if each.purpose == PURPOSE_ANALYSIS)
        return [each if each is seen else _where_seen(each, seen) for each in found]

    async def of_sample(self, sample: Sample) -> RightsDecision | None:
        """Return the decision for a sample now, None when its asset is not known (any more)."""
        rights = await self.rights_by_id(sample.asset_id)
        return None if rights is None else self.weigh(rights, sample.purpose, sample.span)

    async def settle(self, asset_id: str, cause: Cause) -> None:
        """Keep what the asset's statements come to now, and tell every service what may be done with it.

        Weighed again until nothing of it changed in between: whoever states something writes that first and
        settles then, so the last one to write has seen all that was stated.
        """
        while True:
            asset = await self.assets.get(asset_id)
            if asset is None or asset.removed:
                return
            rights = await self.rights(asset)
            standing = Standing(
                asset.standing.revision,
                rights.holders,
                next_change(rights.statements, self.clock.now()),
                tuple(self.passages(rights)),
            )
            if standing == asset.standing:
                return
            await self.assets.stand(asset, replace(standing, revision=standing.revision + 1), cause)

    def with_added(self, rights: RightsOfAsset, added: tuple[ReceivedStatement, ...]) -> RightsOfAsset:
        """Return the rights as they would be with further statements."""
        return RightsOfAsset((*rights.statements, *added), rights.revision + 1, rights.clock)


def _where_seen(decision: PurposeDecision, seen: PurposeDecision) -> PurposeDecision:
    """Return the decision for a purpose, but for the passages that may not be analysed."""
    if not decision.allowed or (seen.allowed and not seen.withheld):
        return decision
    if not seen.allowed:
        said = _not_seen(seen)
        return PurposeDecision(purpose=decision.purpose, sentence=said, wording=wording_of(said))
    joined: list[Span] = []
    for each in sorted([*decision.withheld, *seen.withheld], key=lambda span: span.start_pts):
        if joined and each.start_pts <= joined[-1].end_pts:
            joined[-1].end_pts = max(joined[-1].end_pts, each.end_pts)
        else:
            joined.append(Span(start_pts=each.start_pts, end_pts=each.end_pts))
    if len(joined) > MOST_PASSAGES:  # with what lies between the last ones
        joined[MOST_PASSAGES - 1].end_pts = joined[-1].end_pts
    why = decision if decision.withheld else seen
    return PurposeDecision(
        purpose=decision.purpose,
        allowed=True,
        withheld=joined[:MOST_PASSAGES],
        sentence=why.sentence,
        wording=why.wording,
    )
