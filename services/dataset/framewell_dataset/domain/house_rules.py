"""Rules of the house: statements that hold for whatever comes from a series, a channel, an agency …"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from framewell.media.v1.media_pb2 import Timeline
from framewell.rights.v1.rights_pb2 import STATEMENT_SOURCE_HOUSE_RULE, RightsStatement
from framewell_contracts.bounds import problems_of
from framewell_contracts.json_mapping import InvalidDocument, from_json
from framewell_contracts.sentences import Sentence, say
from framewell_contracts.spelling import normalised
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import HousePolicy, Origin, ReceivedStatement, RightsOfAsset
from framewell_dataset.domain.rights.terms import read_terms

CONDITIONS = {
    "series": say("condition.series", "series"),
    "channel": say("condition.channel", "channel"),
    "source": say("condition.source", "source"),
    "agency": say("condition.agency", "agency"),
    "holder": say("condition.holder", "holder"),
}
"""What a rule may hold for: the field, and what it is called."""


class BadHouseRules(ValueError):
    """The file with the house's rules cannot be used; `reason` says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


class _BadRule(ValueError):
    """One rule, or the list of them, is none; `reason` says which and why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A statement and what it holds for, however it is spelt; an empty condition holds for everything.

    `agency`: an identifier of the programme, of any scheme, or whoever issued a statement about the asset.
    `holder`: whoever a statement about the asset names as one.
    """

    statement: RightsStatement
    series: str = ""
    channel: str = ""
    source: str = ""
    agency: str = ""
    holder: str = ""

    def applies(self, asset: Asset, stated: RightsOfAsset | None = None) -> bool:
        """Return whether the rule holds for the asset; by what was `stated` about it, if anything was."""
        programme = asset.programme
        holders = stated.holders if stated is not None else ()
        issuers = [each.statement.issuer for each in stated.statements] if stated is not None else []
        return (
            _is_one_of(self.series, [programme.series])
            and _is_one_of(self.channel, [programme.channel])
            and _is_one_of(self.source, [asset.source])
            and _is_one_of(self.agency, [*programme.identifiers.values(), *issuers])
            and _is_one_of(self.holder, holders)
        )

    @property
    def condition(self) -> Sentence:
        """Return what it holds for in words, e.g. `series 'News', channel 'One'`."""
        named = [
            say("condition.is", "{of} {value}", of=words, value=repr(getattr(self, name)))
            for name, words in CONDITIONS.items()
            if getattr(self, name)
        ]
        if not named:
            return say("condition.everything", "everything")
        said = named.pop()
        while named:
            said = say("condition.and", "{first}, {rest}", first=named.pop(), rest=said)
        return said


def digest_of(rules: Iterable[HouseRule], policy: HousePolicy) -> str:
    """Return a hash of everything that the house decided: another one means that decisions may differ."""
    parts = [
        *sorted(
            f"{rule.condition}\x1f{rule.statement.SerializeToString(deterministic=True)!r}" for rule in rules
        ),
        f"{sorted(policy.allowed_without_statement)} {policy.territory}",
    ]
    return sha256("\x1e".join(parts).encode()).hexdigest()[:20]


def applying(
    rules: Iterable[HouseRule], asset: Asset, stated: RightsOfAsset | None = None
) -> list[ReceivedStatement]:
    """Return the statements of the rules that hold for the asset."""
    return [
        ReceivedStatement(rule.statement, 0, Origin.RULE) for rule in rules if rule.applies(asset, stated)
    ]


def read_house_rules(path: Path) -> tuple[HouseRule, ...]:
    """Return the rules in a JSON file: `[{"series": …, "statement": {…}}]`, in the mesh's own JSON spelling.

    Raises BadHouseRules with a sentence its author can act on.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(path), str(error)) from error
    return parse_house_rules(text, str(path))


def parse_house_rules(text: str, place: str) -> tuple[HouseRule, ...]:
    """Return the rules that a JSON text says. Raises BadHouseRules; `place` names it there."""
    try:
        listed = json.loads(text)
        if not isinstance(listed, list):
            raise _BadRule(say("house_rule.list", "expected a list of rules"))
        return tuple(_rule(number, item) for number, item in enumerate(listed, start=1))
    except RecursionError as error:
        raise _unreadable(place, say("house_rule.deep", "nested too deeply")) from error
    except _BadRule as bad:
        raise _unreadable(place, bad.reason) from bad
    except (ValueError, TypeError) as error:
        raise _unreadable(place, str(error)) from error


def _unreadable(place: str, why: str) -> BadHouseRules:
    return BadHouseRules(
        say("bad_house_rules", "house rules in {place} cannot be read: {why}", place=place, why=why)
    )


def _rule(number: int, item: object) -> HouseRule:
    """Return one rule. Raises _BadRule that names the rule and what is wrong with it."""
    if not isinstance(item, dict) or not isinstance(item.get("statement"), dict):
        raise _BadRule(say("house_rule.statement", "rule {number} has no statement", number=number))
    wrong = sorted(set(item) - {*CONDITIONS, "statement"})
    if wrong:
        raise _BadRule(
            say(
                "house_rule.unknown",
                "rule {number} has {unknown}: a rule is for {known}",
                number=number,
                unknown=", ".join(wrong),
                known=", ".join(CONDITIONS),
            )
        )
    conditions = {name: item[name] for name in CONDITIONS if name in item}
    empty = [name for name, value in conditions.items() if not isinstance(value, str) or not value.strip()]
    if empty:
        raise _BadRule(
            say(
                "house_rule.empty",
                "rule {number}: {empty} must be a text that is not empty",
                number=number,
                empty=", ".join(empty),
            )
        )
    try:
        statement = from_json(item["statement"], RightsStatement)
    except InvalidDocument as error:
        raise _wrong(number, error.reason) from error
    statement.source = STATEMENT_SOURCE_HOUSE_RULE
    problems = [*problems_of(statement)]
    if problems:
        raise _wrong(number, problems[0].sentence)
    unreadable = read_terms(statement, Timeline()).unreadable
    if unreadable:
        raise _wrong(number, unreadable[0])
    return HouseRule(statement, **conditions)


def _wrong(number: int, why: str) -> _BadRule:
    return _BadRule(say("house_rule.wrong", "rule {number}: {why}", number=number, why=why))


def _is_one_of(wanted: str, names: Iterable[str]) -> bool:
    return not wanted or normalised(wanted) in map(normalised, names)
