"""House rules that are tried before they hold, and the seal of the log of decisions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.dataset.v1 import audit_service_pb2 as audit
from framewell.dataset.v1 import rights_service_pb2 as rights
from framewell_contracts.sentences import say, wording_of
from framewell_kit.outcomes import Rejected

RULES = '[{"series": "News", "statement": {"statement_id": "hr-7", "use": "prohibited"}}]'
NEWS = say("condition.is", "{of} {value}", of=say("condition.series", "series"), value="'News'")
HOSTILE = "series '<img src=x onerror=alert(1)>" + "x" * 300 + "'"


def tell(mesh: Any) -> None:
    """Tell what a draft of two rules would do, of which one holds for nothing."""
    mesh.dataset.answers["PreviewHouseRules"] = rights.PreviewHouseRulesResponse(
        rules=[
            rights.HouseRuleEffect(
                condition=NEWS, condition_wording=wording_of(NEWS), statement_id="hr-7", asset_count=1212
            ),
            rights.HouseRuleEffect(condition=HOSTILE, statement_id="hr-8"),
        ],
        asset_count=7,
        samples_withdrawn=12,
    )


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_draft_of_house_rules_says_what_it_would_do(house: Any, visit: Any, language: str) -> None:
    tell(house.mesh)
    page = visit("/rights?tab=rules", language=language)
    visit.check_accessibility(page)
    page.get_by_label(re.compile("^(Rules|Regeln)")).fill(RULES)
    page.get_by_role("button", name={"en": "Try it", "de": "Erproben"}[language]).click()
    row = page.get_by_role("row").filter(has_text="hr-7")
    expect(row).to_contain_text({"en": "1,212", "de": "1.212"}[language])
    expect(row).to_contain_text({"en": "series 'News'", "de": "Reihe 'News'"}[language])
    expect(page.get_by_role("row").filter(has_text="hr-8")).to_contain_text(re.compile("nothing|nichts"))
    expect(page.get_by_text(re.compile("7 (assets are|Beiträge werden)"))).to_be_visible()
    assert house.mesh.dataset.asked[-1][1].rules == RULES
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_rules_that_cannot_be_read_are_refused_in_words(house: Any, visit: Any) -> None:
    visit.expects("422")
    house.mesh.dataset.answers["PreviewHouseRules"] = Rejected("rule 1 has no statement", "bad_house_rules")
    page = visit("/rights?tab=rules")
    page.get_by_label(re.compile("^Rules")).fill("[{}]")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("alert")).to_contain_text("rule 1 has no statement")
    visit.check_accessibility(page)


@pytest.mark.parametrize(
    ("language", "seal", "said"),
    [("en", "Seal it now", "2 chains are sealed."), ("de", "Jetzt versiegeln", "2 Ketten sind versiegelt.")],
)
def test_the_log_is_sealed_at_once(house: Any, visit: Any, language: str, seal: str, said: str) -> None:
    answers = house.mesh.dataset.answers
    answers["ListAudit"] = audit.ListAuditResponse()
    answers["SealAudit"] = audit.SealAuditResponse(seals=[AuditSealed(chain_id=f"c/{n}") for n in range(2)])
    page = visit("/rights?tab=audit", language=language)
    page.get_by_role("button", name=seal).click()
    expect(page.get_by_text(said)).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
