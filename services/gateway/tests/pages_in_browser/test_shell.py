"""What stands around every page: navigation, keys, settings, the status line."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

PAGES = ["/", "/assets", "/search", "/review", "/people", "/rights", "/training", "/mesh", "/access"]


def test_the_front_door_leads_people_to_the_console(house: Any, visit: Any) -> None:
    page = visit("/")
    page.goto(house.address + "/")
    expect(page).to_have_url(house.address + "/console/")
    expect(page).to_have_title("Home – Framewell")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_finding_in_either_theme_and_fits_the_smallest_window(visit: Any, path: str) -> None:
    visit.expects("503", "404")  # fakes that a page of others would need
    page = visit(path)
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_g_and_a_letter_goes_to_a_page_and_its_heading_has_the_focus(visit: Any) -> None:
    page = visit("/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("/console/assets$"))
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_single_keys_can_be_listed_changed_and_switched_off(visit: Any) -> None:
    page = visit("/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_role("button", name="Change: Search").click()
    page.keyboard.press("x")
    expect(dialog.locator("li", has_text="Search").locator("kbd")).to_have_text("X")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile("/console/search"))
    page.goto(page.url)  # kept over a reload
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("?")
    page.get_by_text("Single-key shortcuts", exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile("/console/search"))


def test_a_button_shows_the_key_that_works_now(house: Any, visit: Any) -> None:
    house.happened(*house.scenes.programme(2, "Tagesthema"))
    page = visit("/assets")
    page.locator("[data-row]").first.click()
    why = page.locator(".assets-chosen").get_by_role("button").first
    expect(why.locator("kbd")).to_have_text("W")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.locator("li", has=page.locator("kbd", has_text="W")).get_by_role("button").click()
    page.keyboard.press("y")
    page.keyboard.press("Escape")
    expect(why.locator("kbd")).to_have_text("Y")
    page.keyboard.press("?")
    page.get_by_text("Single-key shortcuts", exact=True).click()
    page.keyboard.press("Escape")
    expect(why.locator("kbd")).to_have_count(0)


def test_letters_in_a_field_are_text(visit: Any) -> None:
    page = visit("/assets")
    field = page.locator("main [data-search]")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("g? h")
    expect(field).to_have_value("g? h")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_console_speaks_german_where_the_browser_does_and_keeps_another_choice(visit: Any) -> None:
    page = visit("/", language="de")
    expect(page.get_by_role("navigation", name="Seiten").get_by_text("Material")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_role("button", name="Deutsch Sprache").click()
    page.get_by_role("option", name="English").click()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_a_chosen_theme_stays_whatever_the_system_has(visit: Any) -> None:
    page = visit("/", theme="light")
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Dark", exact=True).click()
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_an_address_without_a_page_says_so_and_leads_home(visit: Any) -> None:
    page = visit("/nowhere")
    visit.check_accessibility(page)
    page.get_by_role("link", name="Go to Home").click()
    expect(page).to_have_title("Home – Framewell")


def test_a_local_mesh_says_that_it_is_one(visit: Any) -> None:
    expect(visit("/").get_by_text("Local mode: no sign-in needed")).to_be_visible()


def test_all_pages_can_be_reached_by_keyboard_alone_in_the_smallest_window(visit: Any) -> None:
    page = visit("/", size=(320, 640))
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    visit.check_fits(page)
    page.get_by_role("link", name="Assets").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Assets – Framewell")
    expect(page.get_by_role("link", name="Assets")).to_be_hidden()


def test_a_gateway_that_goes_away_is_said_and_its_return_is_noticed(house: Any, visit: Any) -> None:
    visit.expects("ERR_", "Failed to load resource")
    page = visit("/")
    page.wait_for_timeout(300)
    house.leave()
    expect(page.get_by_text("The gateway has not answered since")).to_be_visible()
    visit.check_accessibility(page)
    house.come_back()
    expect(page.get_by_text("The gateway has not answered since")).to_be_hidden()
