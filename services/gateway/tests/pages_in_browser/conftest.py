"""Every page of the console in Debian's Chromium, on a gateway with fakes around it.

A test gets `house`, the gateway with its `mesh` of fakes, and `visit`, which opens a page of the console:

    def test_an_empty_list_says_what_to_do(house: House, visit: Visit) -> None:
        page = visit("/assets")
        expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
        visit.check_accessibility(page)

When a test ends, no page may have said anything on its console, nor have asked anybody but the gateway, nor
have opened a stream beside the one of events. What a test provokes (an answer 503 is an error on the console)
it names before: `visit.expects("503")`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from starlette.types import ASGIApp

from framewell_contracts.access import Role
from framewell_gateway.domain.logins import user_id_of
from framewell_gateway.domain.users import State, User
from framewell_gateway.entrypoints.http import console
from framewell_gateway.entrypoints.http.application import application
from framewell_kit.testing.waiting import PATIENCE
from pages_in_browser import curating, scenes

T = TypeVar("T")

ROOT: Final = Path(__file__).resolve().parents[4]
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
LARGE: Final = (1440, 900)
SMALL: Final = (360, 640)
THEMES: Final = ("light", "dark")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD: Final = "a long sentence is easy to keep"
NOW: Final = datetime.now(UTC)
SLOWEST_MS: Final = 60_000
EVENTS: Final = "/v1/events"
TASKS: Final = ["toplevel", "disabled-by-default-devtools.timeline"]
expect.set_options(timeout=SLOWEST_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here as slow: files with such tests begin first."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@dataclass
class House:
    """A gateway that serves the console, with a mesh of fakes around it."""

    mesh: Any
    address: str
    loop: asyncio.AbstractEventLoop
    serving: Serving
    port: int
    app: ASGIApp
    scenes: Any
    """The module scenes.py: what a mesh of a broadcaster holds."""
    context: Any
    """The gateway's `AppContext`."""

    def add_user(self, login: str, role: str) -> None:
        """Let somebody have an account, with the password PASSWORD; from then on the mesh is no local one."""

        async def add(name: str, of_role: Role) -> None:
            access = self.context.access
            password = await access.hasher.hash(PASSWORD)
            user_id = user_id_of(name)
            user = User(user_id, name, name.title(), of_role, State.ACTIVE, NOW, password)
            assert await access.users.add(user)
            if of_role is Role.ADMIN:
                await access.users.promote(user_id)

        if not self.run(self.context.access.users.any()):  # nobody comes before the first administrator
            self.run(add("first", Role.ADMIN))
        self.run(add(login, Role(role)))

    def end_sessions(self) -> None:
        """End the session of everybody, as time does."""
        self.run(self.mesh.documents.delete_where("sessions", {}))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the gateway's event loop: `house.run(house.mesh.happened(fact))`."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=PATIENCE)

    def happened(self, *facts: Any) -> None:
        """Record facts as the gateway's stream does."""
        self.run(self.mesh.happened(*facts))

    def leave(self) -> None:
        """Go away as a process does that is killed: connections break, nobody listens."""
        self.run(_leave(self.serving))

    def come_back(self) -> None:
        """Listen again at the same address."""
        self.serving = _serve(self.app, self.port, self.loop)


@pytest.fixture
def gateway_settings() -> dict[str, Any]:
    """What a test file may override to have another gateway: arguments of `mesh.context` by name."""
    return {}


@pytest.fixture(scope="session")
def built_console(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console as it is built when the tests begin: whoever builds it anew meanwhile changes nothing."""
    if not console.is_built():
        pytest.fail("the console is not built: make setup builds it")
    return Path(shutil.copytree(console.BUILT, tmp_path_factory.mktemp("console") / "built"))


@pytest.fixture
def house(
    mesh: Any, gateway_settings: dict[str, Any], built_console: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A gateway on the fakes, in a thread of its own."""
    monkeypatch.setattr(console, "BUILT", built_console)
    with open_house(mesh, **gateway_settings) as made:
        yield made


@pytest.fixture
def desk(house: House) -> curating.Curating:
    """Samples that wait for a person, and what is decided about them."""
    return curating.Curating(house)


@contextmanager
def open_house(mesh: Any, **settings: Any) -> Iterator[House]:
    """Serve a gateway on these fakes until it is left, in a thread of its own."""
    loop = asyncio.new_event_loop()
    scenes.posters(mesh)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    context = mesh.context(**settings)
    app = application(context)
    port = _free_port()
    made = House(mesh, f"http://127.0.0.1:{port}", loop, _serve(app, port, loop), port, app, scenes, context)
    try:
        yield made
    finally:
        context.stream_limit.close()
        made.leave()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Serving:
    """A listening server, and its work."""

    server: uvicorn.Server
    work: Future[None]


def _serve(app: ASGIApp, port: int, loop: asyncio.AbstractEventLoop) -> Serving:
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    asyncio.run_coroutine_threadsafe(server.startup(), loop).result(timeout=PATIENCE)
    return Serving(server, asyncio.run_coroutine_threadsafe(server.main_loop(), loop))


async def _leave(serving: Serving) -> None:
    """Close the listening socket and every connection, and wait for what they had under way."""
    server = serving.server
    server.should_exit = True
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.transport.abort()  # type: ignore[union-attr]
    if server.server_state.tasks:
        await asyncio.wait(server.server_state.tasks, timeout=PATIENCE)
    await asyncio.wrap_future(serving.work)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once a file of tests.

    Playwright's event loop runs as long as it does, in the thread of the tests: asynchronous tests of a file
    that the same process takes up next could not run beside it.
    """
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no Chromium: the console would go untested")
        pytest.skip("no Chromium here: apt-get install chromium")
    with open_browser() as browser:
        yield browser


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Run Chromium, as root in a container can: without a sandbox, and with little shared memory."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@dataclass
class Visit:
    """Opens pages of the console, and watches what they say and whom they ask."""

    house: House
    browser: Browser
    said: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    """Addresses of the event streams that pages opened, in their order."""
    contexts: list[BrowserContext] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __call__(
        self,
        path: str,
        *,
        language: str = "en",
        theme: str = "light",
        size: tuple[int, int] = LARGE,
        same_browser_as: Page | None = None,
    ) -> Page:
        """Return a page at a path below /console, once its heading is there; a new browser unless told."""
        if same_browser_as is not None:
            context = same_browser_as.context
        else:
            context = self.browser.new_context(
                locale={"en": "en-GB", "de": "de-DE"}[language],
                timezone_id="Europe/Berlin",
                color_scheme=theme,  # type: ignore[arg-type]
                reduced_motion="reduce",
                viewport={"width": size[0], "height": size[1]},
            )
            context.set_default_timeout(SLOWEST_MS)
            self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", self._look_at)
        page.goto(f"{self.house.address}/console{path}")
        page.locator("h1").first.wait_for()
        return page

    def sign_in(self, login: str, path: str = "/", **how: Any) -> Page:
        """Return a page at a path below /console, for somebody who has signed in with PASSWORD."""
        page = self("/sign-in", **how)
        page.locator("input[autocomplete=username]").fill(login)
        page.locator("input[autocomplete=current-password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("navigation").wait_for()
        page.goto(f"{self.house.address}/console{path}")
        page.locator("h1").first.wait_for()
        return page

    def expects(self, *parts: str) -> None:
        """Say what the console may say in this test: parts of its messages."""
        self.expected.extend(parts)

    def check_accessibility(self, page: Page, *, without: tuple[str, ...] = ()) -> None:
        """Let axe look at the page as it is, in both themes; WCAG 2.2 AA and good practice."""
        found = []
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            if not page.evaluate("'axe' in window"):
                page.evaluate(AXE.read_text(encoding="utf-8"))
            rules = {rule: {"enabled": False} for rule in without}
            answer = page.evaluate(
                "([tags, rules]) => axe.run(document, {runOnly: tags, rules, resultTypes: ['violations']})",
                [RULES, rules],
            )
            found += [
                f"{theme}: {one['id']}: {one['help']}: {node['target']} {node['failureSummary']}"
                for one in answer["violations"]
                for node in one["nodes"]
            ]
        page.emulate_media(color_scheme="light")
        assert not found, "\n".join(found)

    def check_fits(self, page: Page) -> None:
        """Check that nothing is wider than the window: nobody has to scroll sideways (WCAG 1.4.10)."""
        over = page.evaluate(
            "() => [document.documentElement, document.querySelector('main') ?? document.body]"
            ".map((part) => part.scrollWidth - part.clientWidth)"
        )
        assert max(over) <= 0, f"the page is {max(over)} px wider than its window"

    def main_thread_tasks(self, page: Page, work: Callable[[], object]) -> list[float]:
        """Return the milliseconds that each task of the page's thread computed while this work was done.

        Of its own, not by the clock on the wall: a machine that does other things would hold any of them up.
        """
        self.browser.start_tracing(page=page, categories=TASKS)
        work()
        events = json.loads(self.browser.stop_tracing())["traceEvents"]
        threads = {
            (one["pid"], one["tid"])
            for one in events
            if one["name"] == "thread_name" and one["args"].get("name") == "CrRendererMain"
        }
        return [
            one["tdur"] / 1000
            for one in events
            if one["ph"] == "X"
            and "RunTask" in one["name"]
            and (one["pid"], one["tid"]) in threads
            and "tdur" in one
        ]

    def check_quiet(self) -> None:
        """Check that no page said anything, asked anybody else, or opened a stream of its own.

        A browser opens six connections to one address: all tabs share the one stream of events.
        """
        unexpected = [text for text in self.said if not any(part in text for part in self.expected)]
        assert not unexpected, "\n".join(unexpected)
        assert not self.foreign, "\n".join(self.foreign)
        others = [url for url in self.streams if urlsplit(url).path != EVENTS]
        assert not others, "\n".join(others)

    def _look_at(self, request: Request) -> None:
        if not request.url.startswith((self.house.address + "/", "data:", f"blob:{self.house.address}/")):
            self.foreign.append(request.url)
        if request.resource_type == "eventsource":
            self.streams.append(request.url)


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[Visit]:
    """Opens pages of the console; at the end they must have been quiet."""
    made = Visit(house, browser)
    yield made
    for context in made.contexts:
        context.close()
    made.check_quiet()
