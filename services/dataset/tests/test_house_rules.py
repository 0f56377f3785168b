"""Rules of the house, as its file says them."""

import json
import re
from pathlib import Path

import pytest

from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.rights.v1 import rights_pb2 as rights
from framewell.rights.v1.rights_pb2 import RightsDecided
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleWithdrawn
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_dataset.domain.house_rules import BadHouseRules, read_house_rules
from framewell_dataset.domain.rights import PURPOSES
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing import DatasetBench, stated
from framewell_dataset.testing.footage import ingested
from framewell_dataset.testing.people import MAN, accepted_people, proposed_man, samples
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.ids import asset_called

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
        ('{"series": "x"}', "expected a list"),
        ('[{"serie": "x", "statement": {"use": "prohibited"}}]', "rule 1 has serie"),
        ('[{"series": 7, "statement": {"use": "prohibited"}}]', "series must be a text"),
        ('[{"statement": {"use": "prohibited", "territories": ["Atlantis"]}}]', "no territory"),
        ('[{"statement": {"use": "prohibited", "purposes": ["ai"]}}]', "purposes"),
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
        await bench.take_in(asset_called("a"), stated())
        await bench.show(asset_called("a"), MAN)
        (withheld,) = await samples(bench)
        assert "a rule of the house prohibits" in withheld.provenance.rights.sentence


def file_of(tmp_path: Path, *rules: dict[str, object]) -> Path:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(rules), encoding="utf-8")
    return file


def forbidding(**conditions: str) -> dict[str, object]:
    statement = {"issuer": "legal", "statement_id": "hr-1", "use": "prohibited"}
    return {**conditions, "statement": statement}


@pytest.mark.parametrize(
    ("conditions", "applies"),
    [
        ({"series": "AKTUELLE  Stunde"}, True),
        ({"channel": "kanal eins"}, True),
        ({"source": "/PLAYOUT"}, True),
        ({"holder": " Kanal\u00a0Eins"}, True),
        ({"agency": "kanal eins"}, True),
        ({"agency": "DPA-1"}, True),
        ({"channel": "Kanal Eins", "agency": "Reuters"}, False),
        ({"holder": "Kanal Zwei"}, False),
    ],
)
async def test_rules_hold_for_a_series_a_channel_an_agency_a_holder_or_a_source_however_spelt(
    tmp_path: Path, conditions: dict[str, str], applies: bool
) -> None:
    async with DatasetBench(
        DatasetSettings(house_rules=file_of(tmp_path, forbidding(**conditions)))
    ) as bench:
        fact = ingested(asset_called("a"), stated())
        fact.programme.series, fact.programme.channel = "Aktuelle Stunde", "Kanal Eins"
        fact.programme.identifiers["agency"] = "dpa-1"
        await bench.deliver(fact)
        answer = await bench.call("GetRights", rights_rpc.GetRightsRequest(asset_id=asset_called("a")))
        assert any(each.source == rights.STATEMENT_SOURCE_HOUSE_RULE for each in answer.statements) is applies
        assert all(each.allowed for each in answer.decisions) is not applies


async def test_no_sender_takes_the_place_of_a_rule_of_the_house(tmp_path: Path) -> None:
    async with DatasetBench(DatasetSettings(house_rules=file_of(tmp_path, forbidding()))) as bench:
        await bench.take_in(asset_called("a"), stated(issuer="legal", statement_id="hr-1", revision=9))
        answer = await bench.call("GetRights", rights_rpc.GetRightsRequest(asset_id=asset_called("a")))
        assert not any(each.allowed for each in answer.decisions)


async def test_a_dry_run_says_what_other_rules_would_do(bench: DatasetBench) -> None:
    first, _ = await accepted_people(bench, 1, 2)
    await bench.settle()
    (published,) = bench.facts.of(SnapshotPublished)
    rules = json.dumps([forbidding(holder="KANAL EINS"), forbidding(series="Nowhere")])
    request = rights_rpc.PreviewHouseRulesRequest(rules=rules)
    found = await bench.call("PreviewHouseRules", request)
    assert [(rule.condition, rule.asset_count) for rule in found.rules] == [
        ("holder 'KANAL EINS'", 2),
        ("series 'Nowhere'", 0),
    ]
    assert [rule.condition_wording.params["of-template"] for rule in found.rules] == [
        "condition.holder",
        "condition.series",
    ]
    assert (found.asset_count, found.samples_withdrawn, found.snapshot_count) == (2, 2, 1)
    assert list(found.snapshot_ids) == [published.snapshot_id]
    assert first in [sample.sample_id for sample in await samples(bench)]
    assert bench.facts.of(SampleWithdrawn) == []
    with pytest.raises(Rejected, match="rule 1 has no statement"):
        await bench.call("PreviewHouseRules", rights_rpc.PreviewHouseRulesRequest(rules="[{}]"))


async def test_other_rules_at_the_next_start_decide_everything_anew(tmp_path: Path) -> None:
    documents = MemoryDocuments()
    async with DatasetBench(documents=documents) as before:
        await proposed_man(before)
    settings = DatasetSettings(house_rules=file_of(tmp_path, forbidding(holder="Kanal Eins")))
    async with DatasetBench(settings, documents=documents) as bench:
        await bench.settle()
        assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
        withheld = [each for each in bench.facts.of(RightsDecided)[-1].purposes if not each.allowed]
        assert len(withheld) == len(PURPOSES)
    async with DatasetBench(settings, documents=documents) as again:
        assert await again.run_jobs() == 0
    async with DatasetBench(documents=documents) as back:
        await back.settle()
        assert [sample.state for sample in await samples(back)] == [wire.SAMPLE_STATE_PROPOSED]


async def test_a_house_in_no_territory_does_not_start() -> None:
    with pytest.raises(ValueError, match="'Atlantis' is no territory"):
        async with DatasetBench(DatasetSettings(house_territory="Atlantis")):
            pass
