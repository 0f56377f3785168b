"""Pictures of Access: users in every state, a mesh without any, set-up, an invitation, an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from playwright.sync_api import Page

from framewell_contracts.access import Role
from framewell_gateway.domain.logins import user_id_of
from framewell_gateway.domain.users import ApiToken, State, User

PASSWORD: Final = "a long sentence is easy to keep"
PEOPLE: Final = (
    ("anna.meier", "Anna Meier", Role.RIGHTS, State.ACTIVE),
    ("bernd.vogt", "Bernd Vogt", Role.CURATOR, State.ACTIVE),
    ("carla", "Carla Sánchez-Ríos de la Fuente", Role.CURATOR, State.INVITED),
    ("dora", "Dora", Role.VIEWER, State.DISABLED),
    ("emre.yıldız", "Emre Yıldız", Role.VIEWER, State.ACTIVE),
)

After = Callable[[Page], None]


def fill(house: Any) -> None:
    """Let the house have people."""
    house.add_user("olga", "admin")
    access = house.context.access
    now = access.clock.now()
    for login, name, role, state in PEOPLE:
        user = User(user_id_of(login), login, name, role, state, now - timedelta(days=9), "x")
        house.run(access.users.add(user))
        if state is State.ACTIVE:
            house.run(access.users.signed_in(user.user_id, now - timedelta(hours=len(name))))
    for number, name in enumerate(("Playout report", "Nightly export")):
        token = ApiToken(
            key=str(number),
            token_id=f"t-{number}",
            user_id=user_id_of("olga"),
            name=name,
            role=Role.VIEWER,
            created_at=now - timedelta(days=number + 1),
            expires_at=now + timedelta(days=80 - number),
            used_at=now - timedelta(hours=2) if number else None,
        )
        house.run(access.api_tokens.add(token))


def signed_in(then: str) -> After:
    """Sign in, and go to a page."""

    def after(page: Page) -> None:
        page.get_by_role("textbox").first.fill("olga")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        page.locator("nav").first.wait_for(state="attached")  # a small window keeps it in a menu
        page.goto(page.url.partition("/console")[0] + f"/console{then}")
        page.locator(".sheet").wait_for()

    return after


def users(house: Any, _: Any) -> tuple[str, After]:
    """Show users in every state."""
    fill(house)
    return "/sign-in", signed_in("/access")


def account(house: Any, _: Any) -> tuple[str, After]:
    """Show one's own account, with tokens."""
    fill(house)
    return "/sign-in", signed_in("/account")


def sign_in(house: Any, _: Any) -> tuple[str, After]:
    """Show the sign-in page after the provider refused somebody."""
    fill(house)
    return "/sign-in?refused=no_role", lambda _: None


SCENES: Final = {
    "access": users,
    "access-account": account,
    "access-sign-in": sign_in,
    "access-empty": lambda _house, _visit: ("/access", lambda _: None),
    "access-setup": lambda _house, _visit: ("/setup", lambda _: None),
    "access-invitation": lambda _house, _visit: ("/invitation#K7WQ2-9TRXB-4MPHA-Z8CVE", lambda _: None),
}
