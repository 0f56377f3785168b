"""Names longer than the mesh takes: the refusal stands at the field, and what was typed stays."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

LONG = "<img src=x onerror=alert(1)> \u202e" + "W" * 10_000
LONGEST = "<img src=x onerror=alert(1)> \u202e" + "W" * 170
"""As long as a name may be: 200 letters."""


def refused(dialog: Locator, label: str) -> None:
    """Check that the field says why it was refused, and holds what was typed."""
    field = dialog.get_by_label(label, exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("200"))
    assert len(field.input_value()) > 10_000


def opened(house: Any, visit: Any, path: str, button: str) -> tuple[Page, Locator]:
    house.add_user("anna", "admin")
    page = visit.sign_in("anna", path)
    page.get_by_role("button", name=button).first.click()
    return page, page.get_by_role("dialog")


@pytest.mark.parametrize("label", ["Name", "Login"])
def test_an_invitation_of_ten_thousand_letters_is_refused_at_its_field(
    house: Any, visit: Any, label: str
) -> None:
    visit.expects("422")
    page, dialog = opened(house, visit, "/access", "Invite")
    for each in ("Name", "Login"):
        dialog.get_by_label(each, exact=True).fill(LONG if each == label else "bernd")
    dialog.get_by_role("button", name="Invite").click()
    refused(dialog, label)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    visit.check_accessibility(page)


def test_a_token_named_by_ten_thousand_letters_is_refused_at_its_field(house: Any, visit: Any) -> None:
    visit.expects("422")
    page, dialog = opened(house, visit, "/account", "Create a token")
    dialog.get_by_label("What it is for", exact=True).fill(LONG)
    dialog.get_by_role("button", name="Create a token").click()
    refused(dialog, "What it is for")
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_the_longest_name_is_taken_and_leaves_the_list_readable(house: Any, visit: Any) -> None:
    page, dialog = opened(house, visit, "/access", "Invite")
    dialog.get_by_label("Name", exact=True).fill(LONGEST)
    dialog.get_by_label("Login", exact=True).fill("bernd")
    dialog.get_by_role("button", name="Invite").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("row").filter(has_text="bernd")).to_contain_text("onerror=alert(1)")
    visit.check_fits(page)
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
