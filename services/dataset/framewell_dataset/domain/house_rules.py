"""Rules of the house: statements that hold for whatever comes from a series, a channel or a source."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from framewell.rights.v1.rights_pb2 import STATEMENT_SOURCE_HOUSE_RULE, RightsStatement
from framewell_contracts.json_mapping import InvalidDocument, from_json
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import ReceivedStatement

CONDITIONS = ("series", "channel", "source")


class BadHouseRules(ValueError):
    """The file with the house's rules cannot be used."""


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A statement and what it holds for; an empty condition holds for everything."""

    statement: RightsStatement
    series: str = ""
    channel: str = ""
    source: str = ""

    def applies(self, asset: Asset) -> bool:
        return (
            self.series in ("", asset.programme.series)
            and self.channel in ("", asset.programme.channel)
            and self.source in ("", asset.source)
        )


def applying(rules: Iterable[HouseRule], asset: Asset) -> list[ReceivedStatement]:
    """Return the statements of the rules that hold for the asset."""
    return [ReceivedStatement(rule.statement) for rule in rules if rule.applies(asset)]


def read_house_rules(path: Path) -> tuple[HouseRule, ...]:
    """Return the rules in a JSON file: `[{"series": …, "statement": {…}}]`, in the mesh's own JSON spelling.

    Raises BadHouseRules with a sentence its author can act on.
    """
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_rule(item) for item in listed)
    except (OSError, ValueError, TypeError, KeyError, InvalidDocument) as error:
        raise BadHouseRules(f"house rules in {path} cannot be read: {error}") from error


def _rule(item: dict[str, object]) -> HouseRule:
    statement = from_json(item["statement"], RightsStatement)
    statement.source = STATEMENT_SOURCE_HOUSE_RULE
    conditions = {name: str(item.get(name, "")) for name in CONDITIONS}
    return HouseRule(statement, **conditions)
