"""What the mesh says is said in the language of the console, by what it was made of; quotes stay."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from framewell.mesh.v1.mesh_pb2 import Wording
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell_contracts.sentences import say, wording_of
from pages_in_browser import curating

QUOTE = "No AI training: tdm-reservation: 1"
WITHHELD = say(
    "rights_prohibited",
    "Withheld: {who} prohibits {use}{quote} ({ground}).",
    who=say("source.tdmrep", "a TDM reservation (TDMRep)"),
    use=say("use.own_training", "training of the house's own models"),
    quote=say("quote", ": {words}", words=f"'{QUOTE}'"),
    ground=say(
        "ground",
        "{place}{terms}{more}",
        place=say("place", "{parts}", parts="tdmrep.json"),
        terms="",
        more="",
    ),
)
CAPTION = say(
    "evidence.lower_third",
    "A lower third, read the same {times} time(s), names {person}. One caption is "
    "one source: provisional until a person or a second shot confirms it.",
    times=3,
    person="{class}",
)


def withheld(desk: Any) -> None:
    (only,) = desk.propose(1)
    sample = desk.samples[only]
    rights = sample.provenance.rights
    rights.allowed, rights.sentence = False, WITHHELD
    rights.wording.CopyFrom(wording_of(WITHHELD) or Wording())
    del rights.grounds[:]
    rights.grounds.append(RightsStatement(holder="Agentur Blau", verbatim=QUOTE, found_at="tdmrep.json"))
    del sample.evidence[:]
    sample.evidence.add(kind="lower_third", sentence=CAPTION, wording=wording_of(CAPTION))
    sample.evidence.add(kind="question", sentence="Somebody's own words.")


@pytest.mark.parametrize(
    ("language", "decision", "evidence"),
    [
        (
            "de",
            "Nicht erlaubt: Training der Modelle des Hauses. Verboten durch TDM-Vorbehalt (TDMRep)",
            "Eine Bauchbinde, 3-mal gleich gelesen, nennt ",
        ),
        (
            "en",
            "Withheld: a TDM reservation (TDMRep) prohibits training of the house's own models",
            "A lower third, read the same 3 time(s), names ",
        ),
    ],
)
def test_a_decision_and_its_evidence_are_said_in_the_language_of_the_console(
    desk: Any, visit: Any, language: str, decision: str, evidence: str
) -> None:
    withheld(desk)
    page = visit("/review", language=language)
    card = page.locator("[data-sample]")
    expect(card.locator(".refusal-sentence")).to_contain_text(f"{decision}: '{QUOTE}' (tdmrep.json).")
    expect(card.locator(".review-evidence")).to_contain_text(f"{evidence}{curating.NAMES[0]}.")
    expect(card.locator("blockquote")).to_have_count(0)  # the sentence quotes it to the letter
    expect(card.locator(".refusal figcaption")).to_have_text("Agentur Blau · tdmrep.json")
    foreign = card.locator('.refusal-sentence [lang="en"], .review-evidence [lang="en"]')
    # What has no wording is in English, and says so where the page does not speak it.
    expect(foreign).to_have_text(["Somebody's own words."] if language == "de" else [])
    visit.check_accessibility(page)
