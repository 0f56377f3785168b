"""JSON documents as messages: one spelling is taken, and every other is refused with the right one."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NoReturn, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from framewell_contracts.field_problem import MOST_PROBLEMS, FieldProblem
from framewell_contracts.json_mapping.values import Convert, converter, key_converter, kind, no_object
from framewell_contracts.sentences import Sentence, say, several
from framewell_contracts.unreadable import Unreadable

M = TypeVar("M", bound=Message)


EVENT: Final = say("what.event", "the event")
BODY: Final = say("what.body", "the body")
VALUE: Final = say("what.value", "the value")
"""What a text is that may be no JSON."""


class InvalidDocument(Unreadable):
    """A document that is no message of its type; `problems` says where and why, in the document's order."""

    def __init__(self, name: str, problems: Sequence[FieldProblem]) -> None:
        listed = several([one.sentence for one in problems[:3]])
        said = say("unreadable.unfit", "the JSON does not fit {message}: {why}", message=name, why=listed)
        super().__init__(said, code="bad_json")
        self.problems = tuple(problems)


def parse_object(text: bytes | str, what: str = VALUE) -> dict[str, Any]:
    """Return the object in a JSON text, whose bytes are UTF-8 (RFC 8259) and begin with no mark of that.

    Raises Unreadable, also for a name that an object has twice.
    """
    try:
        decoded = text.decode() if isinstance(text, bytes) else text  # json.loads would take UTF-16 too
        parsed = json.loads(decoded, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        said = say("unreadable.json", "{what} is not JSON: {why}", what=what, why=_why_not(error))
        raise Unreadable(said, code="bad_json") from error
    if not isinstance(parsed, dict):
        said = say("unreadable.no_object", "{what} must be one JSON object", what=what)
        raise Unreadable(said, code="bad_json")
    return parsed


def _why_not(error: ValueError | RecursionError) -> Sentence:
    """Return why a text is no JSON, in words that are not those of Python's parser."""
    if error.args and isinstance(error.args[0], Sentence):
        return error.args[0]
    if isinstance(error, json.JSONDecodeError):
        return _unexpected(error)
    if isinstance(error, UnicodeDecodeError):
        return say("json.utf8", "it is no UTF-8 from byte {at, number} on", at=error.start)
    if isinstance(error, RecursionError):
        return say("json.deep", "it is nested too deeply")
    return say("json.long_number", "a number in it has too many digits")


def _unexpected(error: json.JSONDecodeError) -> Sentence:
    if not error.doc.strip():
        return say("json.empty", "it is empty")
    if not error.doc[error.pos :].strip():
        return say("json.cut", "it ends too early")
    return say(
        "json.syntax",
        "something else is expected in line {line, number} at character {column, number}",
        line=error.lineno,
        column=error.colno,
    )


def from_json(data: object, message_type: type[M]) -> M:
    """Return the message of a document (as `json.loads` gives it). Raises InvalidDocument.

    Nothing is coerced, and every field must be known: no misspelt right may vanish.
    """
    message, problems = message_type(), _Problems()
    _fill(message, data, "", problems)
    if problems:
        raise InvalidDocument(message_type.DESCRIPTOR.name, problems)
    return message


def readable_part(data: object, message_type: type[M]) -> M:
    """Return of a document that `from_json` refuses what fits; what does not is not there."""
    message = message_type()
    _fill(message, data, "", _Unlimited())
    return message


class _Problems(list[FieldProblem]):
    @property
    def enough(self) -> bool:
        return len(self) >= MOST_PROBLEMS

    def at(self, place: str, problem: str) -> None:
        self.append(FieldProblem(place, problem))

    def refused(self, place: str, error: Exception) -> None:
        """Note what a converter says, or that protobuf itself does not take a value."""
        said = error.args[0] if error.args else None
        own = said if isinstance(said, Sentence) else say("field.not_held", "is no value of this field")
        self.at(place, own)


class _Unlimited(_Problems):
    @property
    def enough(self) -> bool:
        return False


_NULL: Final = say("field.null", "null is not taken: leave it out")

# What converters raise, and protobuf itself for a value that its field cannot hold.
_REFUSALS = (ValueError, OverflowError)
_Fill = Callable[[Message, Any, str, _Problems], None]


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(say("json.twice", "`{name}` stands twice in one object", name=name[:100]))
        found[name] = value
    return found


def _no_number(constant: str) -> NoReturn:
    raise ValueError(say("json.constant", "{constant} is no number in JSON", constant=constant))


def _fill(message: Any, data: Any, place: str, problems: _Problems) -> None:
    descriptor: Descriptor = message.DESCRIPTOR
    if not isinstance(data, dict):
        said = say(
            "field.message",
            "must be an object with the fields of {message}, not {given}",
            message=descriptor.name,
            given=kind(data),
        )
        problems.at(place, said)
        return
    fields = _fields(descriptor)
    for name, value in data.items():
        if problems.enough:
            return
        where, fill = f"{place}.{name[:100]}" if place else name[:100], fields.get(name)
        if fill is None:
            problems.at(where, _unknown(name, descriptor))
        elif value is None:
            problems.at(where, _NULL)
        else:
            fill(message, value, where, problems)
    for choice in descriptor.oneofs:
        given = [field.name for field in choice.fields if field.name in data]
        if len(given) > 1:
            said = say("field.only_one", "only one of {names} may be there", names=_listed(given))
            problems.at(place, said)


def _unknown(name: str, descriptor: Descriptor) -> Sentence:
    names = [field.name for field in descriptor.fields]
    spelt = next((field.name for field in descriptor.fields if field.json_name == name), None)
    if spelt is not None:
        return say("field.spelt", "is spelt `{right}`", right=spelt)
    near = get_close_matches(name[:100], names, 1)
    if near:
        return say(
            "field.no_field.near",
            "is no field of {message}: is `{near}` meant?",
            message=descriptor.name,
            near=near[0],
        )
    return say("field.no_field", "is no field of {message}", message=descriptor.name)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


@cache
def _fields(descriptor: Descriptor) -> Mapping[str, _Fill]:
    return MappingProxyType({field.name: _filler(field) for field in descriptor.fields})


def _filler(field: FieldDescriptor) -> _Fill:
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        return _map_filler(field.name, inner.fields_by_name["key"], inner.fields_by_name["value"])
    convert = converter(field)
    if field.is_repeated:
        return _list_filler(field.name, convert)
    return _single_filler(field.name, convert)


def _single_filler(name: str, convert: Convert | None) -> _Fill:
    def fill(message: Message, value: Any, place: str, problems: _Problems) -> None:
        if convert is None:
            held = getattr(message, name)
            held.SetInParent()
            _fill(held, value, place, problems)
            return
        try:
            converted = convert(value)
            if isinstance(converted, Message):
                getattr(message, name).CopyFrom(converted)
            else:
                setattr(message, name, converted)
        except _REFUSALS as error:
            problems.refused(place, error)

    return fill


def _list_filler(name: str, convert: Convert | None) -> _Fill:
    def fill(message: Message, value: Any, place: str, problems: _Problems) -> None:
        if not isinstance(value, list):
            problems.at(place, say("field.list", "must be a list, not {given}", given=kind(value)))
            return
        held = getattr(message, name)
        for number, one in enumerate(value):
            if problems.enough:
                return
            where = f"{place}.{number}"
            if one is None:
                problems.at(where, _NULL)
            elif convert is None:
                _fill(held.add(), one, where, problems)
            else:
                try:
                    held.append(convert(one))
                except _REFUSALS as error:
                    problems.refused(where, error)

    return fill


def _map_filler(name: str, key_field: FieldDescriptor, value_field: FieldDescriptor) -> _Fill:
    of_key, of_value = key_converter(key_field), converter(value_field)

    def fill(message: Message, value: Any, place: str, problems: _Problems) -> None:
        if not isinstance(value, dict):
            problems.at(place, no_object(value))
            return
        held = getattr(message, name)
        for key, one in value.items():
            if problems.enough:
                return
            where = f"{place}.{key[:100]}"
            try:
                converted_key = of_key(key)
                if one is None:
                    raise ValueError(_NULL)
                if of_value is None:
                    _fill(held[converted_key], one, where, problems)
                else:
                    held[converted_key] = of_value(one)
            except _REFUSALS as error:
                problems.refused(where, error)

    return fill
