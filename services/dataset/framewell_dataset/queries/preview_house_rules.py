"""What other house rules would do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from framewell_contracts.sentences import say
from framewell_dataset.domain.house_rules import BadHouseRules, HouseRule, parse_house_rules
from framewell_dataset.domain.rights import RightsOfAsset
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.queries.preview_rights import Preview
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_kit.outcomes import Rejected


@dataclass(slots=True)
class RulesPreview:
    """What would change, and how many assets each rule holds for."""

    rules: Sequence[HouseRule]
    matched: list[int]
    changes: Preview = field(default_factory=Preview)


@dataclass(frozen=True, slots=True)
class PreviewHouseRules:
    """Decides about every asset as if the rules were in force in place of those that are."""

    assets: AssetRepository
    samples: SampleRepository
    snapshots: SnapshotRepository
    gate: RightsGate

    async def __call__(self, text: str) -> RulesPreview:
        """Return what the rules in a JSON text would do. Raises Rejected for rules that cannot be used."""
        try:
            rules = parse_house_rules(text, say("house_rules_file", "the file"))
        except BadHouseRules as error:
            raise Rejected(error.reason, code="bad_house_rules") from error
        gate = replace(self.gate, house_rules=rules)
        preview = RulesPreview(rules, [0] * len(rules))
        async for asset in self.assets.each():
            rights = await gate.rights(asset)
            for number, rule in enumerate(rules):
                preview.matched[number] += rule.applies(asset, rights)
            before = await self.gate.rights(asset)
            if _decided(gate, rights) != _decided(self.gate, before):
                preview.changes.asset_ids.append(asset.asset_id)
                await preview.changes.count(asset, rights, gate, self.samples, self.snapshots)
        return preview


def _decided(gate: RightsGate, rights: RightsOfAsset) -> list[tuple[bool, tuple[tuple[int, int], ...]]]:
    """Return what is allowed by purpose and passage, without the words."""
    return [
        (each.allowed, tuple((span.start_pts, span.end_pts) for span in each.withheld))
        for each in gate.passages(rights)
    ]
