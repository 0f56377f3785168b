"""Assets: a long list by keyboard, files that come in, breaks, refusals."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from framewell_kit.outcomes import Rejected

MANY = 400


@pytest.fixture
def uploads(house: Any) -> Any:
    """Ingest's uploads and intake."""
    return house.scenes.ResumableUploads(house.mesh)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of 9 MB with a name."""
    path = tmp_path / "Abendschau_30.mxf"
    path.write_bytes(bytes(range(256)) * 36_000)
    return path


def rows(page: Page) -> Any:
    """The rows that are drawn."""
    return page.locator("[data-row]")


def choose_file(page: Page, path: Path) -> None:
    """Choose a file as a person does."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").click()
    chooser.value.set_files(path)


def state_own_production(page: Page, title: str = "") -> None:
    """Fill in the form, and take in."""
    dialog = page.get_by_role("dialog")
    if title:
        dialog.get_by_label("Title", exact=True).fill(title)
    dialog.get_by_label("Rights holder").fill("Kanal Eins")
    dialog.get_by_role("button", name="Take in").click()


def test_an_empty_list_says_how_to_fill_it(visit: Any) -> None:
    page = visit("/assets")
    expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
    visit.check_accessibility(page)


def test_a_full_list_has_no_finding_and_fits_every_window_in_both_languages(house: Any, visit: Any) -> None:
    house.happened(*house.scenes.a_day())
    for language in ("en", "de"):
        page = visit("/assets", language=language)
        rows(page).first.wait_for()
        rows(page).first.click()
        visit.check_accessibility(page)
        page.set_viewport_size({"width": 320, "height": 640})
        visit.check_fits(page)


def test_a_hostile_title_is_text(house: Any, visit: Any) -> None:
    facts = house.scenes.programme(6, "<img src=x onerror=alert(1)>" + "y" * 260, chunks=1)
    house.happened(*facts)
    page = visit("/assets")
    expect(rows(page).first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img[src=x]").count() == 0
    visit.check_fits(page)


def test_a_long_list_draws_few_rows_and_loads_on_as_it_is_scrolled(house: Any, visit: Any) -> None:
    facts = [house.scenes.requested(n, house.scenes.Programme(title=f"Folge {n:05}")) for n in range(MANY)]
    house.happened(*facts)
    page = visit("/assets?sort=title")
    expect(page.get_by_text(f"{MANY} assets")).to_be_visible()
    rows(page).first.wait_for()
    page.keyboard.press("j")
    for _ in range(8):
        page.keyboard.press("End")
        page.wait_for_timeout(150)
        assert rows(page).count() <= 60
    expect(rows(page).last).to_contain_text(f"Folge {MANY - 1:05}")
    page.keyboard.press("Home")
    expect(rows(page).first).to_contain_text("Folge 00000")


def test_j_k_enter_and_w_go_along_open_and_say_why(house: Any, visit: Any) -> None:
    house.happened(*house.scenes.a_day())
    visit.expects("404", "503")  # of the page that is opened
    page = visit("/assets?sort=title")
    rows(page).first.wait_for()
    for key in "jjk":
        page.keyboard.press(key)
    chosen = page.locator("[aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(chosen).to_be_focused()
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".badge").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    wanted = chosen.get_attribute("data-row")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/console/assets/{wanted}"))


def test_what_is_searched_sorted_and_filtered_stands_in_the_address(house: Any, visit: Any) -> None:
    house.happened(*house.scenes.a_day())
    page = visit("/assets")
    page.keyboard.press("/")
    page.keyboard.type("Lokalzeit")
    expect(page.get_by_text("14 assets")).to_be_visible()
    page.get_by_role("button", name="Title").click()
    expect(page).to_have_url(re.compile(r"q=Lokalzeit&sort=title|sort=title&q=Lokalzeit"))
    page.reload()
    expect(page.get_by_text("14 assets")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
    page.goto(f"{house.address}/console/assets?state=rejected")
    expect(page.get_by_text("1 asset", exact=True)).to_be_visible()
    page.goto(f"{house.address}/console/assets?q=nothinglikeit")
    page.get_by_role("button", name="Show all").click()
    expect(page).to_have_url(re.compile("/console/assets$"))


def test_a_list_that_cannot_be_had_says_why_and_is_asked_again(house: Any, visit: Any) -> None:
    visit.expects("500")

    def refuse(route: Route) -> None:
        body = '{"title":"Internal error","status":500,"detail":"The store broke.","code":"internal"}'
        headers = {"content-type": "application/problem+json", "x-request-id": "r-4711"}
        route.fulfill(status=500, body=body, headers=headers)

    page = visit("/")
    page.route("**/v1/assets?*", refuse)
    page.get_by_role("link", name="Assets", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The store broke.")
    expect(page.get_by_text("r-4711")).to_be_visible()
    visit.check_accessibility(page)
    page.unroute("**/v1/assets?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()


def test_a_file_is_sent_stated_and_comes_in(house: Any, visit: Any, uploads: Any, film: Path) -> None:
    page = visit("/assets")
    choose_file(page, film)
    dialog = page.get_by_role("dialog", name="Add a file")
    expect(dialog.get_by_label("Title", exact=True)).to_have_value("Abendschau 30")
    dialog.get_by_role("button", name="Take in").click()
    expect(dialog.get_by_text("Say who holds the rights.")).to_be_visible()
    visit.check_accessibility(page)
    state_own_production(page)
    expect(page.get_by_text("Taken in · ")).to_be_visible()
    assert bytes(uploads.received[uploads.submitted[0].request.uri]) == film.read_bytes()
    statement = uploads.submitted[0].request.statements[0]
    assert (statement.holder, statement.use, statement.legal_basis) == ("Kanal Eins", 1, 2)
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("Requested")
    house.happened(*house.scenes.programme(101, "Abendschau 30", chunks=2))
    expect(rows(page).first).to_contain_text("Analysed")
    visit.check_accessibility(page)


def test_a_form_that_comes_late_leaves_the_list_as_it_is(
    house: Any, visit: Any, uploads: Any, film: Path
) -> None:
    house.happened(*house.scenes.programme(101, "Abendschau 30", chunks=2))
    page = visit("/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/AddDialog-*.js", hold)
    page.get_by_role("link", name="Assets", exact=True).click()
    choose_file(page, film)
    expect(page.get_by_text("Abendschau_30.mxf")).to_be_visible()
    expect(rows(page).first).to_contain_text("Abendschau 30")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for route in held:
        route.continue_()
    dialog = page.get_by_role("dialog", name="Add a file")
    expect(dialog.get_by_label("Title", exact=True)).to_have_value("Abendschau 30")


def test_a_file_cut_off_near_its_end_goes_on_where_it_was(
    house: Any, visit: Any, uploads: Any, film: Path
) -> None:
    visit.expects("ERR_CONNECTION_RESET")
    page = visit("/assets")
    cut: list[int] = []

    def cut_off(route: Route) -> None:
        offset = int(route.request.headers.get("upload-offset", "0"))
        if route.request.method == "PATCH" and offset >= 3 << 20 and len(cut) < 2:
            cut.append(offset)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/v1/uploads/resumable/**", cut_off)
    choose_file(page, film)
    state_own_production(page)
    expect(page.get_by_text("Taken in · ")).to_be_visible()
    assert len(cut) == 2
    assert len(uploads.sizes) == 1
    assert bytes(next(iter(uploads.received.values()))) == film.read_bytes()


def test_a_file_dropped_again_after_its_tab_was_closed_goes_on_where_it_was(
    house: Any, visit: Any, uploads: Any, film: Path
) -> None:
    visit.expects("ERR_")
    page = visit("/assets")

    def hold(route: Route) -> None:
        if route.request.method != "PATCH" or int(route.request.headers["upload-offset"]) == 0:
            route.continue_()

    page.route("**/v1/uploads/resumable/**", hold)
    choose_file(page, film)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("11% sent"))).to_be_visible()
    again = visit("/assets", same_browser_as=page)
    page.close(run_before_unload=False)
    again.reload()
    unfinished = again.get_by_role("region", name="Begun in this browser and not finished")
    # The first piece, and of the second, which was held until its tab closed, as much as arrived.
    expect(unfinished.get_by_role("listitem")).to_contain_text(re.compile("[123][0-9]% sent so far"))
    visit.check_accessibility(again)
    choose_file(again, film)
    state_own_production(again)
    expect(again.get_by_text("Taken in · ")).to_be_visible()
    expect(unfinished).to_have_count(0)
    assert len(uploads.sizes) == 1


def test_a_file_that_was_begun_can_be_discarded_after_its_tab_was_closed(
    house: Any, visit: Any, uploads: Any, film: Path
) -> None:
    visit.expects("ERR_")
    page = visit("/assets")
    page.route("**/v1/uploads/resumable/**", lambda route: None)
    choose_file(page, film)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("0% sent")).to_be_visible()
    again = visit("/assets", same_browser_as=page)
    again.wait_for_load_state("networkidle")
    expect(again.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
    expect(again.get_by_text("Begun in this browser")).to_have_count(0)  # the other tab goes on with it
    page.close(run_before_unload=False)
    again.reload()
    again.get_by_role("button", name="Discard Abendschau_30.mxf").click()
    expect(again.get_by_text("Begun in this browser")).to_have_count(0)
    again.reload()
    expect(again.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
    expect(again.get_by_text("Begun in this browser")).to_have_count(0)


def test_an_empty_file_is_named_and_never_sent(visit: Any, uploads: Any, tmp_path: Path) -> None:
    empty = tmp_path / "leer.mxf"
    empty.touch()
    page = visit("/assets")
    choose_file(page, empty)
    expect(page.get_by_text("The file is empty (0 bytes): there is nothing to take in")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not uploads.sizes
    page.get_by_role("button", name="Discard leer.mxf").click()
    expect(page.get_by_text("leer.mxf")).to_have_count(0)


def test_a_refused_file_says_why_and_can_be_stated_again(
    house: Any, visit: Any, uploads: Any, film: Path
) -> None:
    visit.expects("422")
    uploads.refusal = Rejected("the title says nothing")
    page = visit("/assets")
    choose_file(page, film)
    state_own_production(page)
    expect(page.get_by_role("alert")).to_contain_text("the title says nothing")
    visit.check_accessibility(page)
    uploads.refusal = None
    page.get_by_role("button", name="State rights").click()
    state_own_production(page, "Abendschau")
    expect(page.get_by_text("Taken in · ")).to_be_visible()


def test_an_asset_is_removed_with_a_reason(house: Any, visit: Any) -> None:
    from framewell.ingest.v1.ingest_service_pb2 import RemoveAssetResponse  # noqa: PLC0415

    house.happened(*house.scenes.programme(2, "Tagesthema"))
    house.mesh.ingest.answers["RemoveAsset"] = RemoveAssetResponse()
    page = visit("/assets")
    rows(page).first.click()
    page.get_by_role("button", name="More about this asset").click()
    page.get_by_role("menuitem", name="Remove …").click()
    dialog = page.get_by_role("dialog", name="Remove this asset?")
    expect(dialog.get_by_role("button", name="Remove")).to_be_disabled()
    dialog.get_by_label("Reason").fill("Delivered by mistake.")
    visit.check_accessibility(page)
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("“Tagesthema” is being removed.")).to_be_visible()
    method, request = house.mesh.ingest.asked[-1]
    assert (method, request.reason) == ("RemoveAsset", "Delivered by mistake.")


def test_what_cannot_be_done_is_said_in_the_status_line(house: Any, visit: Any) -> None:
    visit.expects("503")
    house.happened(*house.scenes.programme(2, "Tagesthema"))
    house.mesh.transcode.away = house.mesh.ingest.away = True
    page = visit("/assets")
    rows(page).first.click()
    page.get_by_role("button", name="More about this asset").click()
    page.get_by_role("menuitem", name="Make everything of it anew").click()
    expect(page.get_by_label("Status")).to_contain_text("ingest cannot be asked")


def test_a_gateway_that_is_away_is_no_empty_list(house: Any, visit: Any) -> None:
    """What the list before held says nothing of the one that cannot be had."""
    visit.expects("ERR_", "Failed to load resource")
    house.happened(*house.scenes.a_day())
    page = visit("/assets?q=nobodyhasthis")
    nothing = page.get_by_role("heading", name="No asset matches")
    expect(nothing).to_be_visible()
    house.leave()
    page.get_by_role("searchbox").fill("Lokalzeit")
    again = page.get_by_role("main").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(nothing).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(1)
    house.come_back()
    again.click()
    expect(page.get_by_text("Lokalzeit Folge 10")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)
