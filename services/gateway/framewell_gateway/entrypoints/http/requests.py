"""Requests as messages: the path, the query and the body fill the fields of one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request

from framewell_contracts.bounds import lower_uuids, problems_of
from framewell_contracts.json_mapping import BODY, FieldProblem, InvalidDocument, from_json, parse_object
from framewell_contracts.sentences import Sentence, say
from framewell_contracts.unreadable import Unreadable
from framewell_gateway.entrypoints.http.bounds import refusals
from framewell_gateway.entrypoints.http.problems import InvalidRequest

WHOLE_BODY = "*"

_JSON = "application/json"
_CHARSET = re.compile(r";\s*charset=\"?([^\s;\"]*)", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,20}")
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_FRACTIONS = {FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE}
_TRUTH = {"true": True, "false": False}
_TEXTS = {
    FieldDescriptor.TYPE_STRING,
    FieldDescriptor.TYPE_ENUM,
    FieldDescriptor.TYPE_BYTES,
    FieldDescriptor.TYPE_MESSAGE,
}


@dataclass(frozen=True, slots=True)
class RequestShape:
    """Which fields of a message a request fills from where, as google.api.http has it.

    The names in the path are fields. `body` is '' (no body), `*` (the body is the whole message) or the
    name of the field that the body is. Every other field is a parameter of the query, but for messages other
    than times and the `hidden` ones.
    """

    message: type[Message]
    path: str
    body: str = ""
    hidden: frozenset[str] = frozenset()

    @property
    def path_fields(self) -> list[FieldDescriptor]:
        """Return the fields in the path."""
        fields: Mapping[str, Any] = self.message.DESCRIPTOR.fields_by_name
        return [fields[name] for name in re.findall(r"{([a-z_]+)[}:]", self.path)]

    @property
    def query_fields(self) -> list[FieldDescriptor]:
        """Return the fields that are parameters of the query."""
        if self.body == WHOLE_BODY:
            return []
        taken = {*self.hidden, self.body, *(field.name for field in self.path_fields)}
        fields: Sequence[Any] = self.message.DESCRIPTOR.fields
        return [each for each in fields if each.name not in taken and _is_text(each)]

    @property
    def body_message(self) -> Any:
        """Return the descriptor of the message that the body is; None when there is no body."""
        descriptor = self.message.DESCRIPTOR
        if self.body in {"", WHOLE_BODY}:
            return descriptor if self.body else None
        return descriptor.fields_by_name[self.body].message_type

    async def read(self, request: Request) -> Message:
        """Return the message of a request. Raises InvalidRequest, and HTTPException (415)."""
        problems: list[FieldProblem] = []
        message = self._parameters(request, problems)
        if self.body:
            body = await self._body(request, problems)
            if body is not None:
                target = message if self.body == WHOLE_BODY else getattr(message, self.body)
                target.MergeFrom(body)
        if problems:
            raise InvalidRequest(problems)
        return message

    async def read_path(self, request: Request) -> Message:
        """Return the message with what stands in the path alone. Raises InvalidRequest."""
        problems: list[FieldProblem] = []
        document = {
            field.name: _from_text(field, request.path_params[field.name]) for field in self.path_fields
        }
        message = self._message(document, self.message, problems, set(document))
        if problems:
            raise InvalidRequest(problems)
        return message

    def _parameters(self, request: Request, problems: list[FieldProblem]) -> Message:
        document: dict[str, Any] = {}
        for field in self.path_fields:
            document[field.name] = _from_text(field, request.path_params[field.name])
        known = {field.name: field for field in self.query_fields}
        for name, given in _query(request).items():
            if name not in known:
                problems.append(FieldProblem(name[:100], _no_parameter(known)))
            elif unusable := _unusable(known[name], given):
                problems.extend(unusable)
            elif known[name].is_repeated:
                document[name] = [_from_text(known[name], value) for value in given]
            elif len(given) > 1:
                problems.append(FieldProblem(name, say("field.twice", "stands twice in the address")))
            else:
                document[name] = _from_text(known[name], given[0])
        fields = [*self.path_fields, *self.query_fields]
        return self._message(document, self.message, problems, {field.name for field in fields})

    async def _body(self, request: Request, problems: list[FieldProblem]) -> Message | None:
        _refuse_other_bodies(request.headers)
        message_type = type(getattr(self.message(), self.body)) if self.body != WHOLE_BODY else self.message
        try:
            document = parse_object(await request.body(), BODY)
        except Unreadable as error:
            problems.append(FieldProblem("", error.reason))
            return None
        return self._message(document, message_type, problems)

    def _message(
        self,
        document: Mapping[str, Any],
        message_type: type[Message],
        problems: list[FieldProblem],
        bounded: "set[str] | None" = None,
    ) -> Message:
        """Return the message of a document, noting what is wrong with the fields of `bounded`, or all."""
        try:
            message = from_json(document, message_type)
        except InvalidDocument as error:
            problems.extend(error.problems)
            return message_type()
        problems.extend(refusals(document, message_type.DESCRIPTOR))
        problems.extend(
            one
            for one in problems_of(message, document)
            if bounded is None or one.field.partition(".")[0] in bounded
        )
        lower_uuids(message)
        return message


def _query(request: Request) -> dict[str, list[str]]:
    """Return the values of every parameter; bytes that are no UTF-8 are lone surrogates in them."""
    query = request.scope["query_string"].decode("utf-8", "surrogateescape")
    return parse_qs(query, keep_blank_values=True, errors="surrogateescape")


def _unusable(field: FieldDescriptor, values: Sequence[str]) -> list[FieldProblem]:
    """Return what is wrong with the values of a parameter, whatever its type: none may be empty."""
    problems = []
    for place, value in enumerate(values):
        name = f"{field.name}.{place}" if field.is_repeated else field.name
        if not value:
            said = say("field.no_value", "has no value: give one, or leave the parameter out")
            problems.append(FieldProblem(name, said))
        elif any("\ud800" <= letter <= "\udfff" for letter in value):
            problems.append(FieldProblem(name, say("field.utf8", "is no UTF-8")))
    return problems


def _is_text(field: FieldDescriptor) -> bool:
    """Return whether a field can be a parameter: it is no message, or a time."""
    return field.message_type is None or field.message_type.full_name == Timestamp.DESCRIPTOR.full_name


def _refuse_other_bodies(headers: Headers) -> None:
    """Raise HTTPException (415) for a body that is announced as anything but plain JSON."""
    kinds = headers.getlist("content-type") or [_JSON]
    kind = kinds[0].partition(";")[0].strip().lower()
    if len(kinds) > 1 or kind != _JSON:
        shown = ", ".join(kinds)[:200]
        raise HTTPException(415, other_type(shown, _JSON))
    if (charset := _CHARSET.search(kinds[0])) and charset[1].lower() not in {"utf-8", "utf8"}:
        said = say(
            "body_type.charset",
            "a body in {charset} is not taken here: JSON is UTF-8",
            charset=repr(charset[1][:40]),
        )
        raise HTTPException(415, said)
    refuse_encoded(headers)


def refuse_encoded(headers: Headers) -> None:
    """Raise HTTPException (415) for a body that is compressed for its way: it is taken as it is."""
    encoding = ",".join(headers.getlist("content-encoding") or ["identity"]).strip().lower()
    if encoding != "identity":
        said = say(
            "body_type.encoded",
            "a body encoded as {encoding} is not taken here: send it as it is",
            encoding=repr(encoding[:40]),
        )
        raise HTTPException(415, said)


def other_type(given: str, taken: str) -> Sentence:
    """Return that a body is of another type than is taken."""
    return say(
        "body_type", "a body of type {given} is not taken here: send {taken}", given=repr(given), taken=taken
    )


def _from_text(field: FieldDescriptor, text: str) -> Any:
    """Return a parameter as the JSON value of its field; text that is none stays text, and is refused."""
    if field.type == FieldDescriptor.TYPE_BOOL:
        return _TRUTH.get(text, text)
    if field.type in _TEXTS:
        return text
    if field.type in _FRACTIONS and _DECIMAL.fullmatch(text):
        return float(text)
    return int(text) if _WHOLE.fullmatch(text) else text


def _no_parameter(known: Mapping[str, object]) -> Sentence:
    if not known:
        return say("field.no_parameters", "is no parameter here: it takes none")
    listed = ", ".join(f"`{name}`" for name in known)
    return say("field.no_parameter", "is no parameter here: it takes {known}", known=listed)
