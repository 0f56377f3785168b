"""Pictures of Access: users in every state, a mesh without any, set-up, an invitation, an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from playwright.sync_api import Page

from framewell_contracts.access import Role
from framewell_gateway.domain.logins import user_id_of
from framewell_gateway.domain.users import ApiToken, State, User
from framewell_gateway.domain.webhooks import Delivery, DeliveryStatus, RegisteredWebhook, WebhookStatus

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


def invite(house: Any, _: Any) -> tuple[str, After]:
    """Show the form that invites somebody."""
    fill(house)

    def open_form(page: Page) -> None:
        signed_in("/access")(page)
        page.locator(".access-head .button").click()
        page.get_by_role("dialog").wait_for()

    return "/sign-in", open_form


def tell_others(house: Any) -> None:
    """Let other systems want events: one takes them, one refused some, one was given up."""
    webhooks, now = house.context.webhooks, house.context.access.clock.now()
    of = {"secret": "whsec_x", "created_by": "olga", "created_at": now - timedelta(days=9), "position": 0}
    analysed = "framewell.asset.analysed.v1"
    for one in (
        RegisteredWebhook("wh-1", "https://mam.example/framewell/events", description="The MAM", **of),
        RegisteredWebhook(
            "wh-2",
            "https://redaktion.rundfunk-beispielstadt.example/hooks/framewell/ereignisse",
            types=(analysed, "framewell.snapshot.published.v1"),
            status=WebhookStatus.PAUSED,
            **of,
        ),
        RegisteredWebhook(
            "wh-3",
            "https://old.example/hook",
            types=(analysed,),
            status=WebhookStatus.DISABLED,
            because="No attempt was taken for three days.",
            **of,
        ),
    ):
        house.run(webhooks.add(one))
    house.run(webhooks.change("wh-1", {"delivered_at": now - timedelta(minutes=4)}))
    for number in range(3):
        delivery = Delivery(
            delivery_id=f"msg_{number:032x}",
            webhook_id="wh-1",
            event_key=f"/picture#{number}",
            type=analysed,
            created_at=now - timedelta(days=3),
            due_at=None,
            status=DeliveryStatus.DEAD,
            attempts=9,
            answered=503,
            problem="HTTP 503: the service is being restarted",
        )
        house.run(webhooks.put(delivery))


def webhooks(house: Any, _: Any) -> tuple[str, After]:
    """Show who gets events, in every state."""
    tell_others(house)
    return "/access?tab=webhooks", lambda page: page.locator(".sheet").wait_for()


def new_webhook(house: Any, _: Any) -> tuple[str, After]:
    """Show the form of a webhook that gets some kinds of events."""
    tell_others(house)

    def choose(page: Page) -> None:
        page.locator(".access-head .button").click()
        page.get_by_role("dialog").locator(".radio").nth(1).click()

    return "/access?tab=webhooks", choose


def deliveries(house: Any, _: Any) -> tuple[str, After]:
    """Show deliveries that were given up."""
    tell_others(house)

    def look(page: Page) -> None:
        page.get_by_role("row").filter(has_text="mam.example").get_by_role("button").click()
        page.get_by_role("menuitem").nth(1).click()
        page.get_by_role("dialog").locator(".sheet").wait_for()

    return "/access?tab=webhooks", look


SCENES: Final = {
    "access": users,
    "access-account": account,
    "access-sign-in": sign_in,
    "access-invite": invite,
    "access-webhooks": webhooks,
    "access-webhook-new": new_webhook,
    "access-deliveries": deliveries,
    "access-empty": lambda _house, _visit: ("/access", lambda _: None),
    "access-setup": lambda _house, _visit: ("/setup", lambda _: None),
    "access-invitation": lambda _house, _visit: ("/invitation#K7WQ2-9TRXB-4MPHA-Z8CVE", lambda _: None),
}
