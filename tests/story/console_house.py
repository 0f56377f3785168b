"""People at the console of a real mesh, each in a browser of their own; whatever their pages say is noted."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Response, async_playwright, expect

from framewell_kit.testing.waiting import PATIENCE

from .console_words import Words

_AXE: Final = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ASK_AXE: Final = "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
_LOCALES: Final = {"en": "en-GB", "de": "de-DE"}
_CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@dataclass
class Person:
    """Somebody at the console: their page, their language, and what was seen of both."""

    page: Page
    address: str
    words: Words
    said: list[str] = field(default_factory=list)
    """What the browser's console noted, and every answer that refuses."""
    foreign: list[str] = field(default_factory=list)
    """What was asked of anybody but the gateway."""
    findings: list[str] = field(default_factory=list)
    """What axe found."""

    async def goes_to(self, path: str) -> None:
        """Open a page of the console, and wait until all of it is there."""
        await self.opens(f"{self.address}/console{path}")

    async def opens(self, address: str) -> None:
        """Open an address that was handed over, and wait until all of its page is there."""
        await self.page.goto(address)
        await self.page.locator("h1").first.wait_for()
        await self.is_still()

    async def is_still(self) -> None:
        """Wait until no part of the page is being loaded."""
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    async def looks(self) -> None:
        """Let axe look at the page as it is, in both themes."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        for theme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=theme)
            answer = await self.page.evaluate(_ASK_AXE, _RULES)
            self.findings += [
                f"{self.page.url}: {theme}: {one['id']}: {one['help']}: {node['target']}"
                for one in answer["violations"]
                for node in one["nodes"]
            ]

    def field(self, words: str) -> Locator:
        """Return the field with these words as its label; those that must be filled in may be marked."""
        return self.page.get_by_label(re.compile(f"^{re.escape(self.words(words))}\\W*$"))

    def button(self, words: str) -> Locator:
        """Return the button with these words on it, and maybe with the key that presses it."""
        name = re.compile(f"^{re.escape(self.words(words))}(\\s+\\S+)?$")
        return self.page.get_by_role("button", name=name)

    def text(self, words: str) -> Locator:
        """Return where the page shows these words."""
        return self.shown(self.words(words))

    def shown(self, text: str) -> Locator:
        """Return where the page shows a text; choices of a closed list have it unseen."""
        return self.page.get_by_role("main").get_by_text(text).filter(visible=True).first

    def watch(self) -> None:
        """Note whatever the page says and asks from now on."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("response", self._see)
        self.page.on("request", lambda request: self._ask(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(f"{self.page.url}: {message.type}: {message.text}")

    def _see(self, answer: Response) -> None:
        if answer.status >= 400:
            self.said.append(f"{self.page.url}: {answer.request.method} {answer.url}: {answer.status}")

    def _ask(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:", f"blob:{self.address}/")):
            self.foreign.append(f"{self.page.url}: {url}")


@dataclass
class House:
    """The console of a mesh, the state folder that its operator may read, and the people who work at it."""

    browser: Browser
    address: str
    state: Path
    words: Words
    people: list[Person] = field(default_factory=list)

    async def somebody(self) -> Person:
        """Return somebody who has just opened a browser of their own."""
        context = await self.browser.new_context(
            locale=_LOCALES[self.words.language],
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            viewport={"width": 1440, "height": 900},
        )
        context.set_default_timeout(PATIENCE * 1000)
        person = Person(await context.new_page(), self.address, self.words)
        person.watch()
        self.people.append(person)
        return person

    def setup_code(self) -> str:
        """Return the code that the operator finds on the mesh's machine after the first start."""
        return (self.state / "setup-code").read_text(encoding="utf-8").strip()

    def was_quiet(self) -> None:
        """Check that no page said anything, was refused anything, asked anybody else, or shut anybody out."""
        noted = [
            note
            for one in self.people
            for note in (*one.said, *one.findings, *map("foreign: {}".format, one.foreign))
        ]
        assert not noted, "\n".join(noted)


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """Yield Debian's Chromium; skip where there is none, but fail under CI."""
    if _CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no Chromium: the console's story would go unplayed")
        pytest.skip("no Chromium here: apt-get install chromium")
    expect.set_options(timeout=PATIENCE * 1000)
    # As root in a container there is no sandbox to be had, and little shared memory.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=arguments)
        yield browser
        await browser.close()
