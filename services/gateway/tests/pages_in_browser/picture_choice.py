"""Which pictures are taken: scenes by name or page, looks by window, language and theme."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from typing import Final

WINDOWS: Final = {"wide": (1920, 1080), "large": (1440, 900), "small": (360, 640)}
LANGUAGES: Final = ("en", "de")
THEMES: Final = ("light", "dark")

Look = tuple[str, str, str]
"""Window, language, theme."""
LOOKS: Final[list[Look]] = list(product(WINDOWS, LANGUAGES, THEMES))


def page_of(scene: str) -> str:
    """Return the page that a scene belongs to."""
    return scene.partition("-")[0]


def chosen_scenes(asked: str, scenes: Collection[str]) -> list[str]:
    """Return the scenes that are asked for by their names or pages, all where nothing is; keep their order.

    Raise ValueError for a word that is neither.
    """
    words = asked.split()
    known = {*scenes, *map(page_of, scenes)}
    for word in words:
        if word not in known:
            raise ValueError(f"there is no scene {word!r}; there are {' '.join(sorted(scenes))}")
    return [name for name in scenes if not words or name in words or page_of(name) in words]


def chosen_looks(asked: str) -> list[Look]:
    """Return the looks that are asked for, all where nothing is; keep their order.

    A word says window, language and theme, of which any may be left out: `wide.de.light`, `small`, `de.dark`.
    Raise ValueError for a word that fits no look.
    """
    words = [set(word.split(".")) for word in asked.split()]
    for word, parts in zip(asked.split(), words, strict=True):
        if not any(parts.issubset(look) for look in LOOKS):
            windows, languages, themes = ("|".join(kind) for kind in (WINDOWS, LANGUAGES, THEMES))
            raise ValueError(
                f"there is no look {word!r}; it is {windows}, {languages} and {themes} with dots between"
                " them, and any of the three may be left out"
            )
    return [look for look in LOOKS if not words or any(parts.issubset(look) for parts in words)]
