"""Somebody's session in the console: what a role shows, and what is kept when it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "Abendschau.mxf"
    path.write_bytes(b"x" * 100_000)
    return path


@pytest.mark.parametrize(
    ("role", "sees", "hidden"),
    [
        ("viewer", ["Assets", "Search"], ["Review", "Rights", "Mesh", "Access"]),
        ("curator", ["Review", "People"], ["Rights", "Mesh", "Access"]),
        ("rights", ["Rights"], ["Review", "Mesh", "Access"]),
        ("admin", ["Review", "Rights", "Mesh", "Access"], []),
    ],
)
def test_a_role_sees_its_pages_alone(
    house: Any, visit: Any, role: str, sees: list[str], hidden: list[str]
) -> None:
    house.add_user("ina", role)
    page = visit.sign_in("ina")
    pages = page.get_by_role("navigation", name="Pages")
    for name in sees:
        expect(pages.get_by_role("link", name=name, exact=True)).to_be_visible()
    for name in hidden:
        expect(pages.get_by_role("link", name=name, exact=True)).to_have_count(0)
    expect(page.get_by_text("Local mode")).to_have_count(0)


def test_a_page_of_another_role_says_whose_it_is(house: Any, visit: Any) -> None:
    house.add_user("ina", "viewer")
    page = visit.sign_in("ina", "/access")
    expect(page.get_by_text("This page takes the role Administrator.")).to_be_visible()
    visit.check_accessibility(page)


def test_who_is_not_signed_in_comes_to_the_sign_in_and_then_to_where_they_wanted(
    house: Any, visit: Any
) -> None:
    house.add_user("ina", "viewer")
    page = visit("/assets?state=analysed")
    expect(page).to_have_url(re.compile("/console/sign-in"))
    page.locator("input[autocomplete=username]").fill("ina")
    page.locator("input[autocomplete=current-password]").fill("a long sentence is easy to keep")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/console/assets\?state=analysed"))


def test_what_is_typed_is_kept_when_the_session_ends_and_goes_on_after_signing_in_again(
    house: Any, visit: Any, film: Path
) -> None:
    visit.expects("401")
    house.add_user("ina", "curator")
    uploads = house.scenes.ResumableUploads(house.mesh)
    page = visit.sign_in("ina", "/assets")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").click()
    chooser.value.set_files(film)
    form = page.get_by_role("dialog", name="Add a file")
    form.get_by_label("Title", exact=True).fill("What nobody wants to type twice")
    form.get_by_label("Rights holder").fill("Kanal Eins")
    expect(page.get_by_text(re.compile("^Sent. State its rights"))).to_be_attached()
    house.end_sessions()
    form.get_by_role("button", name="Take in").click()
    again = page.get_by_role("alertdialog", name="Sign in again")
    expect(again.get_by_label("Login")).to_have_value("ina")
    visit.check_accessibility(page)
    again.get_by_label("Password").fill("a long sentence is easy to keep")
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
    expect(page.get_by_text("Taken in · ")).to_be_visible()
    assert uploads.submitted[0].request.programme.title == "What nobody wants to type twice"


def test_who_signs_in_after_somebody_else_sees_nothing_of_theirs(house: Any, visit: Any, film: Path) -> None:
    visit.expects("401")
    house.add_user("ina", "curator")
    house.add_user("bert", "curator")
    house.scenes.ResumableUploads(house.mesh)
    page = visit.sign_in("ina", "/assets")
    house.end_sessions()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").click()
    chooser.value.set_files(film)
    again = page.get_by_role("alertdialog", name="Sign in again")
    expect(page.get_by_text(re.compile("^Waits until you are signed in again"))).to_be_attached()
    again.get_by_label("Login").fill("bert")
    again.get_by_label("Password").fill("a long sentence is easy to keep")
    with page.expect_response(re.compile(r"/v1/assets\?")):
        page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(again).to_have_count(0)
    expect(page.get_by_text(film.name)).to_have_count(0)
    expect(page.get_by_text("1 file of somebody else: sent once that person is signed in")).to_be_visible()
    visit.check_accessibility(page)


def test_a_wrong_password_is_said_and_the_page_stays(house: Any, visit: Any) -> None:
    visit.expects("401")
    house.add_user("ina", "curator")
    page = visit.sign_in("ina", "/assets")
    house.end_sessions()
    page.keyboard.press("/")
    page.keyboard.type("news")
    again = page.get_by_role("alertdialog", name="Sign in again")
    again.get_by_label("Password").fill("something else")
    page.keyboard.press("Enter")
    expect(again.get_by_text("Login or password is wrong.")).to_be_visible()
    again.get_by_role("button", name="Leave the page").click()
    expect(page).to_have_url(re.compile("/console/sign-in"))


def test_what_somebody_goes_on_typing_when_the_session_ends_is_no_password(house: Any, visit: Any) -> None:
    visit.expects("401")
    house.add_user("ina", "curator")
    page = visit.sign_in("ina", "/assets")
    tried: list[str] = []
    page.on("request", lambda one: one.method == "POST" and tried.append(one.url))
    house.end_sessions()
    page.keyboard.press("/")
    page.keyboard.type("news")
    again = page.get_by_role("alertdialog", name="Sign in again")
    expect(again).to_be_visible()
    page.keyboard.type(" at eight")
    page.keyboard.press("Enter")
    expect(again.get_by_label("Password")).to_be_focused()
    expect(again.get_by_label("Password")).to_have_value("")
    expect(again.get_by_label("Login")).to_have_value("ina")
    assert tried == []
    page.keyboard.type("a long sentence is easy to keep")
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
