"""Who or what is to be forgotten, and by which words and ids it would be known if something were left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import NOT_FOUND
from typing import Any, Final
from uuid import UUID

from framewell_cli.errors import CommandError, UsageProblem
from framewell_client import Gateway, Refused

SHORTEST_WORD: Final = 4
"""Shorter names would be found everywhere by chance."""

_KINDS: Final = {"class": "class_id", "asset": "asset_id", "holder": "holder"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be forgotten: `class`, `asset` or `holder`, and its id or name."""

    kind: str
    value: str

    @property
    def document(self) -> dict[str, str]:
        """Return it as REST takes it."""
        return {_KINDS[self.kind]: self.value}


@dataclass(frozen=True, slots=True)
class Needles:
    """What a search must not find, gathered before the erasure.

    `words` are names, aliases, outside ids, titles and addresses; `ids` are those of classes and assets,
    which name nobody and may stay where it is said that they went; `objects` are keys of files that must be
    gone. `limits` says what cannot be searched for, and why; empty where there is nothing.
    """

    words: Sequence[str] = ()
    ids: Sequence[str] = ()
    objects: Sequence[str] = ()
    limits: str = ""


def find_subject(text: str, gateway: Gateway) -> Subject:
    """Return the subject of `class:<id>`, `asset:<id>`, `holder:<name>`, of an id alone or a person's name.

    Raise UsageProblem where nobody or several are meant.
    """
    kind, colon, value = text.partition(":")
    if colon and kind in _KINDS and value:
        return Subject(kind, value)
    classes = gateway.classes()
    by_id = [one for one in classes if one["class_id"] == text]
    if by_id:
        return Subject("class", text)
    if _is_asset(text, gateway):
        return Subject("asset", text)
    named = [one for one in classes if text.casefold() in {name.casefold() for name in _names(one)}]
    people = {one.get("merged_into") or one["class_id"] for one in named}
    if len(people) == 1:
        return Subject("class", people.pop())
    if people:
        listed = ", ".join(f"class:{one['class_id']} of {one['dataset_id']}" for one in named)
        raise UsageProblem(f"{len(people)} people have that name: say which one, {listed}")
    raise UsageProblem(
        "Nobody here has that name or id: 'framewell dataset classes' and 'framewell assets' list who and "
        "what there is; a holder of rights is written holder:<name>"
    )


def needles(subject: Subject, gateway: Gateway) -> Needles:
    """Return what the subject would be known by, as it is stored now.

    Raise CommandError for a class or an asset that there is not and never was; a holder need not be known.
    """
    match subject.kind:
        case "class":
            return _of_class(subject.value, gateway)
        case "asset":
            return _of_asset(subject.value, gateway)
        case _:
            return _searchable([subject.value])


def _of_class(class_id: str, gateway: Gateway) -> Needles:
    people = _merged(class_id, gateway.classes())
    if not people:
        if class_id not in {one["subject_id"] for one in gateway.erasures() if one["kind"] == "class"}:
            raise CommandError(
                f"No class with the id {class_id} is known, and none was erased by it: 'framewell dataset "
                "classes' lists them. Nothing was asked for."
            )
        limits = "its names are not known any more, so only ids were searched for"
        return Needles(ids=[class_id], limits=limits)
    words = [word for one in people for word in (*_names(one), *one.get("external_ids", {}).values())]
    ids = [one["class_id"] for one in people]
    samples = [sample for each in ids for sample in gateway.samples(class_id=each)]
    return replace(_searchable(words), ids=ids, objects=sorted(set(_object_keys(samples))))


def _of_asset(asset_id: str, gateway: Gateway) -> Needles:
    try:
        gone = gateway.state(asset_id) == "removed"
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        raise CommandError(
            f"No asset with the id {asset_id} is known: 'framewell assets' lists them. Nothing was asked for."
        ) from refused
    view = {} if gone else gateway.asset(asset_id)
    programme = view.get("programme", {})
    title = programme.get("title", "")
    others = gateway.list_assets(limit=1, title=title)["total_size"] > 1 if title else False
    words = ["" if others else title, view.get("uri", "")]
    found = [view, gateway.samples(asset_id=asset_id)]
    limits = "its title and address are not known any more, so only its id was searched for" if gone else ""
    return Needles(_long_enough(words), [asset_id], sorted(set(_object_keys(found))), limits)


def _merged(class_id: str, classes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the class with all that were merged into it or that it was merged into."""
    found, waiting = {class_id}, [class_id]
    while waiting:
        each = waiting.pop()
        for one in classes:
            pair = {one["class_id"], one.get("merged_into") or one["class_id"]}
            if each in pair and not pair <= found:
                waiting += pair - found
                found |= pair
    return [one for one in classes if one["class_id"] in found]


def _object_keys(document: Any) -> Iterator[str]:
    """Yield every object key in a document."""
    if isinstance(document, Mapping):
        if isinstance(document.get("key"), str) and document.get("sha256"):
            yield document["key"]
        for value in document.values():
            yield from _object_keys(value)
    elif isinstance(document, Sequence) and not isinstance(document, str):
        for value in document:
            yield from _object_keys(value)


def _names(one: Mapping[str, Any]) -> list[str]:
    return [one["name"], *one.get("aliases", ())]


def _searchable(names: Sequence[str]) -> Needles:
    """Return the names that can be searched for, and which of them cannot."""
    words = _long_enough(names)
    short = sorted({name.strip() for name in names if name.strip()} - {*words})
    if not short:
        return Needles(words)
    listed, verb = ", ".join(map(repr, short)), "is" if len(short) == 1 else "are"
    return Needles(
        words, limits=f"the name{'s' * (len(short) > 1)} {listed} {verb} too short to be searched for"
    )


def _long_enough(words: Sequence[str]) -> list[str]:
    return sorted({word.strip() for word in words if len(word.strip()) >= SHORTEST_WORD})


def _is_asset(text: str, gateway: Gateway) -> bool:
    try:
        UUID(text)
        gateway.state(text)
    except (ValueError, Refused):
        return False
    return True
