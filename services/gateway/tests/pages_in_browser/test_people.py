"""People: names for the unknown, mergers, what a model changed, all of it to be taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell.sample.v1 import sample_pb2 as wire
from framewell_kit.outcomes import Conflict
from pages_in_browser import curating, unknowns

HOSTILE = '<img src=x onerror="document.title=1">\u202eedoc\u202c שלום ' + "W" * 10_000


@pytest.fixture
def unknown(house: Any, desk: Any) -> Any:
    return unknowns.Unknowns(house, curating.ASSETS)


def test_a_name_is_typed_previewed_given_to_all_appearances_and_taken_back_with_its_samples(
    desk: Any, unknown: Any, visit: Any
) -> None:
    first, second = unknown.add(2, 4)
    page = visit("/people?list=unknown")
    expect(page.locator("[data-cluster]")).to_have_attribute("data-cluster", first)
    page.keyboard.press("n")
    page.keyboard.type("Grace Hopper")
    expect(page.get_by_text("New person")).to_be_visible()
    expect(page.get_by_text("4 appearances in 2 programmes, 16 s")).to_be_visible()
    expect(page.get_by_text("Up to 4 samples are learned from")).to_be_visible()
    visit.check_accessibility(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Named Grace Hopper: 4 samples accepted")).to_be_visible()
    expect(page.locator("[data-cluster]")).to_have_attribute("data-cluster", second)
    assert unknown.clusters[first].named_class_id
    accepted = [one for one in desk.samples.values() if one.state == wire.SAMPLE_STATE_ACCEPTED]
    assert {one.cluster_decision_id for one in desk.reviews} == {unknown.decisions[0].decision_id}
    assert len(accepted) == 4
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Taken back, with 4 samples.")).to_be_visible()
    assert not unknown.clusters[first].named_class_id
    assert {one.state for one in accepted} == {wire.SAMPLE_STATE_PROPOSED}


def a_model_went_into_service(house: Any, version: str) -> None:
    house.happened(RecognitionUpdated(model=ModelVersion(name="identity/people", version=version)))


def test_after_a_name_the_next_model_shows_what_it_found_before_and_after_with_its_programmes(
    desk: Any, unknown: Any, house: Any, visit: Any
) -> None:
    unknown.add(1)
    page = visit("/people?list=unknown")
    expect(page.locator("[data-cluster]")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Ada Neumann")
    page.keyboard.press("Enter")
    lately = page.get_by_role("region", name="Named just now")
    expect(lately.get_by_text("The next model learns this name")).to_be_visible()
    a_model_went_into_service(house, "1.3")
    expect(lately.get_by_text("identity/people 1.3 found nobody else of this name.")).to_be_visible()
    unknown.of_class["class-1"] = [unknown.appearance(0, turn) for turn in range(7)]
    unknown.switched("1.4", class_1=(3, 37))
    a_model_went_into_service(house, "1.4")
    expect(lately.get_by_text("3 → 37 appearances")).to_have_count(1)
    expect(lately.get_by_text("12 programmes, named anew in 4.2 s")).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    programmes = lately.get_by_role("listitem").get_by_role("listitem")
    expect(programmes).to_have_count(3)
    assert "?pts=" in (programmes.first.get_by_role("link").get_attribute("href") or "")
    lately.get_by_role("button", name="Close: Ada Neumann").focus()
    page.keyboard.press("Enter")
    expect(lately).to_have_count(0)


def test_a_name_that_is_taken_back_waits_for_no_model(desk: Any, unknown: Any, visit: Any) -> None:
    unknown.add(1)
    page = visit("/people?list=unknown", language="de")
    expect(page.locator("[data-cluster]")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Ada Neumann")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Gerade benannt")).to_be_visible()
    page.get_by_role("button", name="Rückgängig").first.click()
    expect(page.get_by_role("region", name="Gerade benannt")).to_have_count(0)


def test_of_somebody_seen_more_than_a_hundred_times_all_can_be_looked_at_and_taken_out(
    unknown: Any, visit: Any
) -> None:
    (only,) = unknown.add(1, 130)
    page = visit("/people?list=unknown")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(100)
    page.get_by_role("button", name="More appearances").focus()
    page.keyboard.press("Enter")
    expect(boxes).to_have_count(130)
    expect(page.get_by_role("button", name="More appearances")).to_have_count(0)
    for place in (0, 129):
        boxes.nth(place).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="These 2 are somebody else").click()
    expect(page.get_by_text("Split off as another person")).to_be_visible()
    assert unknown.clusters[only].appearance_count == 128


def test_a_known_name_is_offered_and_a_refused_one_says_why(desk: Any, unknown: Any, visit: Any) -> None:
    (only,) = unknown.add(1)
    page = visit("/people?list=unknown", language="de")
    expect(page.locator("[data-cluster]")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("neum")
    expect(page.get_by_role("option", name="Ada Neumann")).to_be_visible()
    answer = unknown.answer

    def refuse(method: str, request: Any) -> Any:
        if method == "NameCluster":
            raise Conflict("cluster is named Erika by bert: undo that first")
        return answer(method, request)

    unknown.house.mesh.inference.answer = refuse
    visit.expects("409")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="by bert")).to_be_visible()
    unknown.house.mesh.inference.answer = answer
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ada Neumann benannt")).to_be_visible()
    assert unknown.clusters[only].named_class_id == "class-1"


def test_unknown_people_are_merged_told_apart_and_skipped_by_keys(unknown: Any, visit: Any) -> None:
    ids = unknown.add(4)
    page = visit("/people?list=unknown")
    current = page.locator("[data-cluster]")
    expect(current).to_have_attribute("data-cluster", ids[0])
    page.keyboard.press("x")
    expect(page.get_by_text("Noted: they are two people")).to_be_visible()
    assert frozenset({ids[0], ids[1]}) in unknown.apart
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Taken back.", exact=True)).to_be_visible()
    assert not unknown.apart
    expect(page.get_by_text("Same: 6 appearances go to the marked person’s 6.")).to_be_visible()
    page.keyboard.press("m")
    expect(current).to_have_attribute("data-cluster", ids[1])
    expect(page.get_by_text("6 appearances go to the 6 of the marked person, 12 in all")).to_be_visible()
    expect(page.get_by_text("12 appearances").first).to_be_visible()
    page.keyboard.press("s")
    expect(current).to_have_attribute("data-cluster", ids[2])


def test_somebody_else_is_taken_out_of_an_unknown_person(unknown: Any, visit: Any) -> None:
    (only,) = unknown.add(1, 5)
    page = visit("/people?list=unknown")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(5)
    for place in (1, 3):
        boxes.nth(place).check(force=True)
    page.get_by_role("button", name="These 2 are somebody else").click()
    expect(page.get_by_text("Split off as another person")).to_be_visible()
    assert unknown.clusters[only].appearance_count == 3


def test_people_with_a_name_are_found_and_opened_by_keyboard(desk: Any, unknown: Any, visit: Any) -> None:
    unknown.switched("1.4", class_1=(0, 37))
    unknown.of_class["class-1"] = [unknown.appearance(1, turn) for turn in range(7)]
    page = visit("/people")
    expect(page.get_by_role("row").filter(has_text="Ada Neumann")).to_be_visible()
    visit.check_accessibility(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Ada Neumann")).to_be_visible()
    expect(page.get_by_text("7 appearances, 3 programmes")).to_be_visible()
    expect(page.get_by_text("0 → 37 appearances")).to_have_count(1)
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_a_merger_says_which_way_with_both_counts_and_is_taken_back(
    desk: Any, unknown: Any, visit: Any
) -> None:
    desk.classes["class-1"].samples.accepted = 9
    page = visit("/people/class-0")
    expect(page.get_by_role("heading", level=1, name="Jörg Müßigbrodt")).to_be_visible()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    page.keyboard.type("ada")
    dialog.get_by_role("option", name="Ada Neumann").click()
    way = dialog.locator("section")
    expect(way.get_by_text("Ada Neumann becomes part of Jörg Müßigbrodt")).to_have_count(1)
    expect(way.get_by_text("9 accepted samples")).to_be_visible()
    expect(way.get_by_text("3 accepted samples")).to_be_visible()
    visit.check_accessibility(page)
    dialog.get_by_role("button", name="The other way round").click()
    expect(way.get_by_text("Jörg Müßigbrodt becomes part of Ada Neumann")).to_have_count(1)
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Ada Neumann")).to_be_visible()
    assert desk.classes["class-0"].merged_into == "class-1"
    page.get_by_role("button", name="Take the merger back: Jörg Müßigbrodt").click()
    expect(page.get_by_text("Jörg Müßigbrodt stands again")).to_be_visible()
    assert desk.classes["class-0"].merged_into == ""


def test_names_are_changed_and_who_was_slower_is_told(desk: Any, unknown: Any, visit: Any) -> None:
    page = visit("/people/class-0")
    expect(page.get_by_role("heading", level=1, name="Jörg Müßigbrodt")).to_be_visible()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Other names and spellings").fill("J. Müßigbrodt\n Jörg M.\n")
    ids = dialog.get_by_label("Ids in authority files")
    ids.fill("118540238")
    expect(dialog.get_by_text("write scheme: id")).to_be_visible()
    ids.fill("gnd: 118540238")
    desk.classes["class-0"].revision += 1
    desk.classes["class-0"].aliases.append("Jockel")
    visit.expects("409")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert").filter(has_text="bert changed it meanwhile")).to_be_visible()
    expect(dialog.get_by_label("Other names and spellings")).to_have_value("J. Müßigbrodt\n Jörg M.\n")
    assert list(desk.classes["class-0"].aliases) == ["Jockel"]
    dialog.get_by_role("button", name="Show the names as they are now").click()
    expect(dialog.get_by_label("Other names and spellings")).to_have_value("Jockel")
    dialog.get_by_label("Other names and spellings").fill("Jockel\nJörg M.")
    ids.fill("gnd: 118540238")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Also called")).to_be_visible()
    assert list(desk.classes["class-0"].aliases) == ["Jockel", "Jörg M."]
    assert dict(desk.classes["class-0"].external_ids) == {"gnd": "118540238"}


def test_what_a_model_changed_is_listed_before_and_after(desk: Any, unknown: Any, visit: Any) -> None:
    unknown.switched("1.4", class_0=(0, 37), class_1=(12, 9))
    page = visit("/people?list=changed", language="de")
    expect(page.get_by_text("0 → 37 Auftritte")).to_have_count(1)
    expect(page.get_by_text("12 → 9 Auftritte")).to_have_count(1)
    expect(page.get_by_text("12 Sendungen, neu benannt in 4,2 s")).to_be_visible()
    visit.check_accessibility(page)
    page.get_by_role("link", name="Jörg Müßigbrodt").click()
    expect(page.get_by_role("heading", level=1, name="Jörg Müßigbrodt")).to_be_visible()


@pytest.mark.parametrize("list_name", ["", "?list=unknown", "?list=changed"])
def test_an_empty_list_says_why_and_what_is_next(desk: Any, unknown: Any, visit: Any, list_name: str) -> None:
    desk.classes.clear()
    page = visit(f"/people{list_name}", language="de")
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_a_part_of_the_mesh_that_is_away_says_so_and_is_asked_again(
    desk: Any, unknown: Any, visit: Any, house: Any
) -> None:
    unknown.add(1)
    answer, house.mesh.inference.answer = house.mesh.inference.answer, unknown._inference
    house.mesh.inference.away = True
    visit.expects("503")
    page = visit("/people?list=unknown")
    expect(page.get_by_text("inference cannot be asked right now")).to_be_visible()
    house.mesh.inference.away, house.mesh.inference.answer = False, answer
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-cluster]")).to_be_visible()


@pytest.mark.parametrize("language", ["de", "en"])
def test_hostile_names_are_only_text(desk: Any, unknown: Any, visit: Any, language: str) -> None:
    desk.classes["class-0"].name = HOSTILE
    desk.classes["class-0"].aliases.append(HOSTILE + "alias")
    unknown.add(2, series=HOSTILE)
    unknown.switched(HOSTILE, class_0=(0, 1))
    for path in ("/people", "/people/class-0", "/people?list=unknown", "/people?list=changed"):
        page = visit(path, language=language)
        page.wait_for_load_state("networkidle")
        assert page.title() != "1"
        visit.check_fits(page)
        page.set_viewport_size({"width": 360, "height": 640})
        visit.check_fits(page)


def test_of_ten_thousand_people_only_those_in_sight_are_drawn(desk: Any, unknown: Any, visit: Any) -> None:
    for number in range(10_000):
        desk.add_class(f"many-{number}", f"Person {number:05}", 0)
    page = visit("/people")
    expect(page.get_by_text("10,005 people")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("PageDown")
    rows = page.get_by_role("row")
    assert rows.count() <= 60
    page.get_by_role("searchbox").fill("Person 09999")
    expect(page.get_by_role("row").filter(has_text=re.compile("Person 09999"))).to_be_visible()
