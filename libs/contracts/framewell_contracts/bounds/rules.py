"""The rules of the .proto files as bounds of fields and rules of messages."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isnan
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor
from google.protobuf.message import Message

from framewell_contracts.bounds.expressions import compiled
from framewell_contracts.bounds.forms import FORMS, UUID
from framewell_contracts.sentences import Sentence, say

Rules: TypeAlias = Mapping[str, Any]
"""The options of one element, as protobuf's JSON mapping writes them: 64-bit numbers are text."""

_SIZES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "string": ("min_len", "max_len", "characters"),
        "repeated": ("min_items", "max_items", "items"),
        "map": ("min_pairs", "max_pairs", "entries"),
        "int32": ("gte", "lte", ""),
        "int64": ("gte", "lte", ""),
        "float": ("gte", "lte", ""),
        "enum": ("", "", ""),
    }
)
"""By kind of rules: what bounds the size below and above, and its unit."""

_OTHERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "string": frozenset({"pattern", "uuid"}),
        "repeated": frozenset({"items"}),
        "map": frozenset({"keys", "values"}),
        "enum": frozenset({"defined_only", "not_in"}),
    }
)
_OF_FIELD: Final = frozenset({"required", "ignore", *_SIZES})


EMPTY: Final = say("field.empty", "must not be empty")
NO_NUMBER: Final = say("field.no_number", "must be a number")


@dataclass(frozen=True, slots=True)
class Bound:
    """The bounds of one field.

    `least` and `most` bound a number, the characters of a text, the items of a list or the entries of a map;
    `each` bounds every item or value, `keys` every key. `form` says in words what `pattern` (ECMA-262,
    anchored) asks for. `words` are the numbers that an enum may have, None for any.
    """

    required: bool = False
    least: float | None = None
    most: float | None = None
    unit: str = ""
    pattern: str = ""
    form: str = ""
    uuid: bool = False
    words: frozenset[int] | None = None
    each: "Bound | None" = None
    keys: "Bound | None" = None

    def problem(self, value: Any) -> str:
        """Return what is wrong with a value of the field, '' when nothing is."""
        if self.words is not None:
            if value in self.words:
                return ""
            said = _formless(value, self.form)
            if value:
                return said
            return say("field.unspecified", "{problem}: leave out what is not specified", problem=said)
        return self._size_problem(value) or self._pattern_problem(value)

    def _size_problem(self, value: Any) -> str:
        size = value if isinstance(value, int | float) else len(value)
        if isnan(size) and (self.least is not None or self.most is not None):
            return NO_NUMBER
        if self.least is not None and size < self.least:
            least = say(
                "field.least",
                "must be at least {least}{unit, select, characters { characters} items { items} "
                "entries { entries} other {}}",
                least=self.least,
                unit=self.unit,
            )
            return EMPTY if self.unit and not size else least
        if self.most is not None and size > self.most:
            return say(
                "field.most",
                "must be at most {most}{unit, select, characters { characters} items { items} "
                "entries { entries} other {}}",
                most=self.most,
                unit=self.unit,
            )
        return ""

    def _pattern_problem(self, value: Any) -> str:
        if self.pattern and not _compiled(self.pattern).search(value):
            return _formless(repr(value[:80]), self.form)
        return ""

    def narrowed(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a JSON Schema of the field with these bounds in it."""
        names = {
            "string": ("minLength", "maxLength"),
            "array": ("minItems", "maxItems"),
            "object": ("minProperties", "maxProperties"),
        }
        kind = schema.get("type", "")
        low, high = names.get(kind, ("minimum", "maximum"))
        found = dict(schema)
        least = self.least
        if least is None and self.required and kind in names and not self.pattern:
            least = 1
        if least is not None:
            found[low] = least
        if self.most is not None:
            found[high] = self.most
        if self.pattern:
            found["pattern"] = self.pattern
        if self.uuid:
            found["format"] = "uuid"
        if self.keys is not None:
            found["propertyNames"] = self.keys.narrowed({"type": "string"})
        if self.each is not None:
            inner = "items" if kind == "array" else "additionalProperties"
            found[inner] = self.each.narrowed(found[inner])
        return found


@dataclass(frozen=True, slots=True)
class MessageRule:
    """A rule between fields of a message.

    `field` is the path of the field it is about; `holds` returns whether a message keeps it. The code of
    `message` is `rule.` and the id that the rule has in the .proto.
    """

    field: str
    message: Sentence
    holds: Callable[[Message], bool]


@cache
def bound_of(field: FieldDescriptor) -> Bound | None:
    """Return the bounds of a field, None when it has none beyond its type.

    Raises NotImplementedError for a rule that is not interpreted here.
    """
    rules = _rules_of(field.containing_type).get("fields", {}).get(field.name)
    return None if rules is None or is_ignored(field) else _bound(rules, field)


@cache
def is_ignored(field: FieldDescriptor) -> bool:
    """Return whether nothing in the field is looked at, whatever the rules of its message are."""
    rules = _rules_of(field.containing_type).get("fields", {}).get(field.name, {})
    return bool(rules.get("ignore") == "IGNORE_ALWAYS")


@cache
def message_rules(message: Descriptor) -> tuple[MessageRule, ...]:
    """Return the rules between the fields of a message, in the order of the .proto."""
    return tuple(
        MessageRule(
            rule["id"].rpartition(".")[0],
            Sentence(rule["message"], f"rule.{rule['id']}", {}),
            compiled(rule["expression"]),
        )
        for rule in _rules_of(message).get("cel", ())
    )


def is_required(choice: OneofDescriptor) -> bool:
    """Return whether one of the fields of a oneof must be there."""
    return bool(_rules_of(choice.containing_type).get("oneofs", {}).get(choice.name, {}).get("required"))


@cache
def _all_rules() -> Mapping[str, Rules]:
    found: dict[str, Rules] = json.loads(files("framewell").joinpath("rules.json").read_text())
    return MappingProxyType(found)


def _rules_of(message: Any) -> Rules:
    return _all_rules().get(message.full_name, {})


def _bound(rules: Rules, field: FieldDescriptor) -> Bound:
    """Return the bound that the options of a field (or of the items of a list or map) ask for."""
    if unknown := rules.keys() - _OF_FIELD:
        raise NotImplementedError(f"{field.full_name}: {sorted(unknown)} of protovalidate is not interpreted")
    kinds = [kind for kind in _SIZES if kind in rules]
    required = bool(rules.get("required"))
    if not kinds:
        return Bound(required=required)
    (kind,) = kinds
    given, (low, high, unit) = rules[kind], _SIZES[kind]
    if unknown := given.keys() - {low, high} - _OTHERS.get(kind, frozenset()):
        raise NotImplementedError(
            f"{field.full_name}: {kind}.{sorted(unknown)} of protovalidate is not interpreted"
        )
    pattern = UUID if given.get("uuid") else given.get("pattern", "")
    words = _words(given, field) if kind == "enum" else {}
    return Bound(
        required=required,
        least=_number(given[low]) if low in given else None,
        most=_number(given[high]) if high in given else None,
        unit=unit,
        pattern=pattern,
        form=FORMS[pattern] if pattern else _one_of(words.values()) if words else "",
        uuid=bool(given.get("uuid")),
        words=frozenset(words) if words else None,
        each=_inner(given.get("items") or given.get("values"), field),
        keys=_inner(given.get("keys"), field),
    )


def _one_of(words: Iterable[str]) -> Sentence:
    return say("form.words", "is none of {known}", known=", ".join(words))


def _formless(value: object, form: str) -> Sentence:
    """Return that a value has not the form that is asked for."""
    return say("field.form", "{value} {form}", value=value, form=form)


def rule_sentences() -> Mapping[str, str]:
    """Return the sentences of all rules between fields, by their codes. Raises ValueError for two of one."""
    found: dict[str, str] = {}
    for message in _all_rules().values():
        for rule in message.get("cel", ()):
            if found.setdefault(f"rule.{rule['id']}", rule["message"]) != rule["message"]:
                raise ValueError(f"rule {rule['id']} has two messages")
    return found


def _number(given: Any) -> float:
    """Return a bound as it is written in JSON, where whole numbers of 64 bits are texts."""
    return int(given) if isinstance(given, str) else float(given) if given % 1 else int(given)


def _inner(rules: Rules | None, field: FieldDescriptor) -> Bound | None:
    return None if rules is None else _bound(rules, field)


def _words(given: Rules, field: FieldDescriptor) -> Mapping[int, str]:
    """Return the values that an enum may have, by number."""
    if not given.get("defined_only"):
        raise NotImplementedError(f"{field.full_name}: enum rules are interpreted with defined_only alone")
    enum: Any = field.enum_type
    refused = given.get("not_in", ())
    return {one.number: one.name for one in enum.values if one.number not in refused}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the pattern as Python writes it, whose `$` also stands before a line break at the end."""
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)
