"""Messages, and the documents they were made of, against their bounds."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from framewell_contracts.bounds.rules import (
    EMPTY,
    Bound,
    MessageRule,
    bound_of,
    is_ignored,
    is_required,
    message_rules,
)
from framewell_contracts.field_problem import MOST_PROBLEMS, TOO_LONG, FieldProblem
from framewell_contracts.sentences import say, several
from framewell_contracts.unreadable import Unreadable

Document: TypeAlias = Mapping[str, Any] | None
"""What a message was made of, in JSON; None for one that came as protobuf."""

_MOST_SECONDS = 253_402_300_799  # 9999-12-31T23:59:59Z, and seconds of a Duration are bounded alike
_LEAST_SECONDS = -62_135_596_800  # 0001-01-01T00:00:00Z


class OutOfBounds(Unreadable):
    """A message that breaks its rules; `problems` says where and how."""

    def __init__(self, message: Message, problems: Sequence[FieldProblem]) -> None:
        listed = several([one.sentence for one in problems[:3]])
        said = say(
            "out_of_bounds",
            "this {message} is not taken: {why}",
            message=message.DESCRIPTOR.name,
            why=listed,
        )
        super().__init__(said, code="out_of_bounds")
        self.message = message
        self.problems = tuple(problems)


def check(message: Message, document: Document = None) -> None:
    """Raise OutOfBounds for a message of which `problems_of` yields any."""
    if problems := list(islice(problems_of(message, document), MOST_PROBLEMS)):
        raise OutOfBounds(message, problems)


def problems_of(message: Message, document: Document = None) -> Iterator[FieldProblem]:
    """Yield what is out of bounds in a message, in the order of its fields.

    A field that is not there need not be in bounds, unless it is required. In a message without a document,
    a number, text or enum that is 0 or empty is not there; what a document writes is there in any case.
    """
    yield from _problems(message, document, "")


@dataclass(frozen=True, slots=True)
class _FieldCheck:
    """How one field is checked; `inner` is what its messages are, None where nothing in them is bounded."""

    name: str
    bound: Bound | None
    inner: Descriptor | None
    is_map: bool
    is_list: bool
    time_problem: Callable[[Any], str] | None


@dataclass(frozen=True, slots=True)
class _Check:
    """How a message is checked."""

    fields: Sequence[_FieldCheck]
    choices: Sequence[tuple[str, Sequence[str]]]
    rules: Sequence[MessageRule]


@cache
def _check_of(descriptor: Descriptor) -> _Check:
    choices = [
        (choice.name, [field.name for field in choice.fields])
        for choice in descriptor.oneofs
        if is_required(choice)
    ]
    fields = [check for field in descriptor.fields if (check := _field_check(field)) is not None]
    return _Check(fields, choices, message_rules(descriptor))


def _field_check(field: FieldDescriptor) -> _FieldCheck | None:
    inner, bound = field.message_type, bound_of(field)
    is_map = inner is not None and inner.GetOptions().map_entry
    time_problem = None if inner is None else _TIMES.get(inner.full_name)
    if inner is None or is_map or not _is_bounded(inner) or is_ignored(field):
        inner = None
    if bound is None and inner is None and time_problem is None:
        return None
    is_list = field.is_repeated and not is_map
    return _FieldCheck(field.name, bound, inner, is_map, is_list, time_problem)


def _is_bounded(descriptor: Descriptor, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether anything in a message is bounded."""
    if descriptor.full_name.startswith("google.") or descriptor.full_name in seen:
        return False
    if message_rules(descriptor) or any(is_required(choice) for choice in descriptor.oneofs):
        return True
    seen |= {descriptor.full_name}
    if any(bound_of(field) is not None for field in descriptor.fields):
        return True
    held = [field.message_type for field in descriptor.fields if field.message_type and not is_ignored(field)]
    return any(one.full_name in _TIMES or _is_bounded(one, seen) for one in held)


def _problems(message: Message, document: Document, place: str) -> Iterator[FieldProblem]:
    check = _check_of(message.DESCRIPTOR)
    # Whoever asks a message for a list or a message that it does not have makes an empty one in it.
    there: Collection[str] = (
        {field.name for field, _ in message.ListFields()} if document is None else document
    )
    for field in check.fields:
        where = f"{place}.{field.name}" if place else field.name
        if field.name in there:
            yield from _field_problems(field, message, document, where)
        elif field.bound is not None and field.bound.required:
            yield FieldProblem(where, say("field.absent", "must be there"))
    for _, names in check.choices:
        if not any(message.HasField(name) for name in names):
            listed = ", ".join(f"`{name}`" for name in names)
            yield FieldProblem(place, say("field.one_of", "one of {names} must be there", names=listed))
    for rule in check.rules:
        if not rule.holds(message):
            yield FieldProblem(f"{place}.{rule.field}" if place else rule.field, rule.message)


def _field_problems(
    field: _FieldCheck, message: Message, document: Document, place: str
) -> Iterator[FieldProblem]:
    value = getattr(message, field.name)
    if field.bound is not None:
        yield from _value_problems(field, field.bound, value, place)
    if field.time_problem is not None:
        for where, each in _places(field, value, place):
            if problem := field.time_problem(each):
                yield FieldProblem(where, problem)
    if field.inner is not None:
        for number, (where, each) in enumerate(_places(field, value, place)):
            given = None if document is None else document[field.name]
            yield from _problems(each, given[number] if field.is_list and given is not None else given, where)


def _places(field: _FieldCheck, value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield the messages in a field, each with its place."""
    if not field.is_list:
        yield place, value
    else:
        for number, each in enumerate(value):
            yield f"{place}.{number}", each


def _value_problems(field: _FieldCheck, bound: Bound, value: Any, place: str) -> Iterator[FieldProblem]:
    if isinstance(value, Message):
        return
    if bound.required and not value:
        yield FieldProblem(place, EMPTY)
        return
    if problem := bound.problem(value):
        yield FieldProblem(place, problem)
        return
    if bound.keys is not None:
        for key in sorted(value):
            if problem := bound.keys.problem(key):
                said = say("field.name", "its name {problem}", problem=problem)
                yield FieldProblem(f"{place}.{key[:100]}", said)
    if bound.each is not None:
        items = ((key, value[key]) for key in sorted(value)) if field.is_map else enumerate(value)
        for key, item in items:
            if problem := bound.each.problem(item):
                yield FieldProblem(f"{place}.{str(key)[:100]}", problem)


def _timestamp_problem(value: Timestamp) -> str:
    in_bounds = _LEAST_SECONDS <= value.seconds <= _MOST_SECONDS and 0 <= value.nanos < 1_000_000_000
    return "" if in_bounds else say("field.years", "must be a time between the years 1 and 9999")


def _duration_problem(value: Duration) -> str:
    try:
        value.ToJsonString()
    except ValueError:
        return TOO_LONG
    return ""


_TIMES: Mapping[str, Callable[[Any], str]] = {
    Timestamp.DESCRIPTOR.full_name: _timestamp_problem,
    Duration.DESCRIPTOR.full_name: _duration_problem,
}
