"""Rules of the house, as its file says them."""

import re
from pathlib import Path

import pytest

from framewell.rights.v1 import rights_pb2 as rights
from framewell_dataset.domain.house_rules import BadHouseRules, read_house_rules
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing import DatasetBench, stated
from framewell_dataset.testing.people import MAN, samples

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "datasets.md"


def test_the_documented_rule_is_read(tmp_path: Path) -> None:
    example = re.search(r"```json\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    file = tmp_path / "rules.json"
    file.write_text(example[1], encoding="utf-8")
    (rule,) = read_house_rules(file)
    assert rule.series == "Auslandsmagazin"
    assert rule.statement.use == rights.USE_PROHIBITED
    assert list(rule.statement.purposes) == [rights.PURPOSE_OWN_TRAINING]
    assert rule.statement.source == rights.STATEMENT_SOURCE_HOUSE_RULE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", "cannot be read"),
        ('[{"series": "x"}]', "statement"),
        ('[{"statement": {"statementId": "7"}}]', "statement_id"),
        ('[{"statement": {"use": "USE_ALLOWED"}}]', "allowed"),
    ],
)
def test_a_rule_that_cannot_be_read_says_why(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "rules.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadHouseRules, match=words):
        read_house_rules(file)


async def test_a_rule_of_the_house_withholds_what_comes_from_a_source(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(
        '[{"source": "/playout", "statement": {"issuer": "desk", "statement_id": "1", "use": "prohibited"}}]',
        encoding="utf-8",
    )
    async with DatasetBench(DatasetSettings(house_rules=file)) as bench:
        await bench.take_in("a", stated())
        await bench.show("a", MAN)
        (withheld,) = await samples(bench)
        assert "a rule of the house prohibits" in withheld.provenance.rights.sentence
