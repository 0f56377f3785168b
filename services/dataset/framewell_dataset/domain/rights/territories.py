"""Territories as contracts write them: ISO 3166-1 and 3166-2, regions of UN M49, unions.

The table is `territories.json`, written by `infra/make/territories` from CLDR.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from framewell_contracts.spelling import normalised

ELSEWHERE = "*"
"""A place that no statement names."""


@dataclass(frozen=True, slots=True)
class Territory:
    """Countries and subdivisions by their codes, e.g. `DE`, `DE-BY`; `everywhere` holds all of them."""

    places: frozenset[str] = frozenset()
    everywhere: bool = False
    unknown: tuple[str, ...] = ()

    def covers(self, place: str) -> bool:
        """Return whether all of the place lies in the territory."""
        return self.everywhere or any(each in self.places for each in _within(place))

    def touches(self, place: str) -> bool:
        """Return whether any of the place lies in the territory, or may do so: a word in it is unknown."""
        if self.unknown or self.covers(place):
            return True
        return any(place in _within(each) for each in self.places)


EVERYWHERE = Territory(everywhere=True)


def read_territories(words: Iterable[str]) -> Territory:
    """Return the territory that a statement's list names, in any case; an empty list is everywhere."""
    listed = tuple(words)
    if not listed:
        return EVERYWHERE
    places: set[str] = set()
    unknown = []
    everywhere = False
    for word in listed:
        found = _places(normalised(word).upper())
        if found is None:
            unknown.append(word)
        elif found == _WORLD:
            everywhere = True
        else:
            places.update(found)
    return Territory(frozenset(places), everywhere, tuple(unknown))


@lru_cache(maxsize=64)
def house_places(word: str) -> tuple[str, ...]:
    """Return the places where the house works. Raises ValueError for a word that names no territory."""
    territory = read_territories([word])
    if territory.unknown:
        raise ValueError(
            f"{word!r} is no territory: write an ISO 3166 code (DE, DE-BY), a region (150) or a union (EU)"
        )
    return (ELSEWHERE,) if territory.everywhere else tuple(sorted(territory.places))


def distinct_places(first: Territory, second: Territory) -> list[str]:
    """Return one place for every way in which two territories can bear on a place."""
    named = first.places | second.places
    around = {holder for place in named for holder in _within(place)}
    rest = {f"{place}-{ELSEWHERE}" for place in around if "-" not in place}
    alike = {
        tuple((each.covers(place), each.touches(place)) for each in (first, second)): place
        for place in sorted(named | around | rest | {ELSEWHERE})
    }
    return sorted(alike.values())


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((files(__package__) / "territories.json").read_text(encoding="utf-8"))
    return table


_WORLD: frozenset[str] = frozenset(_table()["regions"]["001"])


def _places(code: str) -> frozenset[str] | None:
    """Return the places a code names, None for one that names none."""
    table = _table()
    code = table["aliases"].get(code, code)
    if code in table["regions"]:
        return frozenset(table["regions"][code])
    return frozenset({code}) if code in _WORLD or code in table["parents"] else None


def _within(place: str) -> tuple[str, ...]:
    """Return the place and what it lies in, up to its country: `FR-75C`, `FR-IDF`, `FR`."""
    parents, found = _table()["parents"], [place]
    while (holder := parents.get(found[-1])) is not None:
        found.append(holder)
    if found[-1].endswith(f"-{ELSEWHERE}"):
        found.append(found[-1].removesuffix(f"-{ELSEWHERE}"))
    return tuple(found)
