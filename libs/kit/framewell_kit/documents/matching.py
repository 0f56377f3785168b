"""The part of MongoDB's filter and change language that the mesh uses, for the store in memory."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_MISSING: Any = object()


def values_at(document: Any, path: str) -> list[Any]:
    """Return every value that a dotted path reaches, looking into lists as MongoDB does."""
    head, _, rest = path.partition(".")
    if isinstance(document, list):
        inside = [value for item in document if isinstance(item, dict) for value in values_at(item, path)]
        if head.isdigit() and int(head) < len(document):
            inside += values_at(document[int(head)], rest) if rest else [document[int(head)]]
        return inside
    if not isinstance(document, Mapping) or head not in document:
        return []
    return values_at(document[head], rest) if rest else [document[head]]


def _candidates(document: Any, path: str) -> list[Any]:
    """Return the values at the path, and the members of those that are lists."""
    found = values_at(document, path)
    return found + [member for value in found if isinstance(value, list) for member in value]


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[list[Any], Any], bool]:
    def test(found: list[Any], bound: Any) -> bool:
        return any(
            compare(value, bound)
            for value in found
            if type(value) is type(bound)
            or (isinstance(value, int | float) and isinstance(bound, int | float))
        )

    return test


_TESTS: dict[str, Callable[[list[Any], Any], bool]] = {
    "$eq": lambda found, wanted: wanted in found or (wanted is None and not found),
    "$ne": lambda found, wanted: not _TESTS["$eq"](found, wanted),
    "$in": lambda found, wanted: any(_TESTS["$eq"](found, one) for one in wanted),
    "$nin": lambda found, wanted: not _TESTS["$in"](found, wanted),
    "$exists": lambda found, wanted: bool(found) is bool(wanted),
    "$gt": _ordered(lambda value, bound: value > bound),
    "$gte": _ordered(lambda value, bound: value >= bound),
    "$lt": _ordered(lambda value, bound: value < bound),
    "$lte": _ordered(lambda value, bound: value <= bound),
    "$regex": lambda found, pattern: any(isinstance(v, str) and re.search(pattern, v) for v in found),
    "$size": lambda found, wanted: any(isinstance(v, list) and len(v) == wanted for v in found),
    "$elemMatch": lambda found, wanted: any(
        isinstance(v, list) and any(matches(m, wanted) for m in v if isinstance(m, dict)) for v in found
    ),
}


def matches(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    """Return whether the document matches the filter. Raises KeyError for an operator not used here."""
    return all(_matches_one(document, path, wanted) for path, wanted in query.items())


def _matches_one(document: Mapping[str, Any], path: str, wanted: Any) -> bool:
    if path == "$or":
        return any(matches(document, alternative) for alternative in wanted)
    if path == "$and":
        return all(matches(document, part) for part in wanted)
    found = _candidates(document, path)
    if isinstance(wanted, Mapping) and any(str(name).startswith("$") for name in wanted):
        return all(_TESTS[operator](found, operand) for operator, operand in wanted.items())
    return _TESTS["$eq"](found, wanted)


def sort_key(document: Mapping[str, Any], field: str) -> tuple[int, Any]:
    """Return a key that sorts missing and None first, as MongoDB does."""
    found = values_at(document, field)
    return (0, 0) if not found or found[0] is None else (1, found[0])


def apply_change(document: dict[str, Any], change: Mapping[str, Any], *, inserting: bool) -> dict[str, Any]:
    """Return the document with the change applied. Raises KeyError for an operator not used here."""
    for operator, fields in change.items():
        if operator == "$setOnInsert" and not inserting:
            continue
        for path, operand in fields.items():
            holder, last = _holder(document, path)
            _APPLY["$set" if operator == "$setOnInsert" else operator](holder, last, operand)
    return document


def _holder(document: dict[str, Any], path: str) -> tuple[dict[Any, Any] | list[Any], Any]:
    """Return the dict or list that holds the last step of the path, made where it is missing."""
    *steps, last = path.split(".")
    holder: Any = document
    for step in steps:
        holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
    return holder, int(last) if isinstance(holder, list) else last


def _read(holder: Any, last: Any, default: Any) -> Any:
    return holder[last] if isinstance(holder, list) else holder.get(last, default)


def _set(holder: Any, last: Any, value: Any) -> None:
    holder[last] = value


def _unset(holder: Any, last: Any, _: Any) -> None:
    holder.pop(last, None)


def _increase(holder: Any, last: Any, amount: Any) -> None:
    holder[last] = _read(holder, last, 0) + amount


def _each(operand: Any) -> list[Any]:
    return list(operand["$each"]) if isinstance(operand, Mapping) and "$each" in operand else [operand]


def _push(holder: Any, last: Any, operand: Any) -> None:
    holder[last] = [*_read(holder, last, []), *_each(operand)]


def _add_to_set(holder: Any, last: Any, operand: Any) -> None:
    kept = list(_read(holder, last, []))
    kept.extend(one for one in _each(operand) if one not in kept)
    holder[last] = kept


def _pull(holder: Any, last: Any, operand: Any) -> None:
    def goes(member: Any) -> bool:
        if not isinstance(operand, Mapping):
            return bool(member == operand)
        if any(str(name).startswith("$") for name in operand):
            return matches({"member": member}, {"member": operand})
        return isinstance(member, Mapping) and matches(member, operand)

    kept = _read(holder, last, _MISSING)
    if kept is not _MISSING:
        holder[last] = [member for member in kept if not goes(member)]


def _extreme(better: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Any], None]:
    def keep(holder: Any, last: Any, value: Any) -> None:
        kept = _read(holder, last, _MISSING)
        if kept is _MISSING or better(value, kept):
            holder[last] = value

    return keep


_APPLY: dict[str, Callable[[Any, Any, Any], None]] = {
    "$set": _set,
    "$unset": _unset,
    "$inc": _increase,
    "$push": _push,
    "$addToSet": _add_to_set,
    "$pull": _pull,
    "$max": _extreme(lambda new, old: new > old),
    "$min": _extreme(lambda new, old: new < old),
}
