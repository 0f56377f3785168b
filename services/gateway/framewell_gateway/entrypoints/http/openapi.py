"""The OpenAPI 3.1 document of the routes, made from the descriptors of their messages.

FastAPI makes such documents from pydantic models: those would be copies of every message by hand.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from framewell.gateway.v1.problem_pb2 import Problem, ProblemCode
from framewell_contracts.bounds import bound_of
from framewell_contracts.json_mapping import Schema, comments, enum_word, schema_of
from framewell_contracts.json_mapping.schema import field_schema, parts_of
from framewell_gateway.domain.operation_roles import OPERATION_RULES
from framewell_gateway.entrypoints.http import openapi_headers
from framewell_gateway.entrypoints.http.bounds import refusal_of
from framewell_gateway.entrypoints.http.problems import KINDS, MEDIA_TYPE
from framewell_gateway.entrypoints.http.routing import Route, versions

_ABOUT: Final = """\
One address of the mesh for people and scripts: take media in, see what became of it, review samples,
change rights. Documents are spelt as on Kafka: fields in lower_snake, enum values as short words, times in
RFC 3339. A body or a parameter with a field that is not known is refused. Errors are problem details
(RFC 9457).
"""

# What an operation may end with besides its answer: whatever it does, with a body, asked with a token.
_OF_ALL: Final = (400, 403, 414, 422, 431, 500, 503)
_OF_BODIES: Final = (408, 413, 415)
_OF_TOKENS: Final = (401, 429)  # a wrong token, and too many of them from one address


def document(routes: Sequence[Route], *, asks_for_tokens: bool) -> dict[str, Any]:
    """Return the document. Raises ValueError when two messages would have one name in it."""
    schemas, seen = _Schemas(routes), versions(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = route.path.replace(":path}", "}")
        paths.setdefault(path, {})[route.verb.lower()] = _operation(
            route, seen.get(route.id), schemas, asks_for_tokens
        )
    statuses = sorted(
        {status for route in routes for status in _statuses(route, seen.get(route.id), asks_for_tokens)}
    )
    components: dict[str, Any] = {
        "schemas": schemas.all(),
        "responses": {_problem_name(status): _problem_response(status, schemas) for status in statuses},
    }
    if asks_for_tokens:
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "__Host-framewell"},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Framewell", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": components,
        **({"security": [{"token": []}, {"session": []}]} if asks_for_tokens else {}),
    }


class _Schemas:
    """The named schemas: messages of answers, and of request bodies, which are narrower."""

    def __init__(self, routes: Sequence[Route]) -> None:
        answered = [route.response.DESCRIPTOR for route in routes if route.response is not None]
        self._answers = _reachable([*answered, Problem.DESCRIPTOR], _all_parts)
        bodies = [route.shape.body_message for route in routes if route.shape.body]
        self._bodies = _reachable(bodies, _taken_parts)
        parameters = [field.enum_type for route in routes for field in route.shape.query_fields]
        self._enums = {
            part.full_name: part
            for part in (*self._answers.values(), *self._bodies.values(), *parameters)
            if isinstance(part, EnumDescriptor)
        }
        self._omittable = {
            route.response.DESCRIPTOR.full_name: route.omittable for route in routes if route.response
        }
        self._names = self._unique_names()

    def _unique_names(self) -> dict[tuple[str, bool], str]:
        names: dict[tuple[str, bool], str] = {}
        for name, each in self._answers.items():
            names[name, False] = each.name
        for name, each in self._bodies.items():
            names[name, True] = f"{each.name}Input" if name in self._answers else each.name
        for name, enum in self._enums.items():
            names[name, True] = names[name, False] = enum.name
        owners: dict[str, str] = {}
        for (full_name, _), name in names.items():
            if owners.setdefault(name, full_name) != full_name:
                raise ValueError(f"{full_name} and {owners[name]} would both be called {name} in OpenAPI")
        return names

    def answer(self, part: Any) -> Schema:
        """Return a reference to the schema of what is answered."""
        return {"$ref": f"#/components/schemas/{self._names[part.full_name, False]}"}

    def body(self, part: Any) -> Schema:
        """Return a reference to the schema of what is taken."""
        return {"$ref": f"#/components/schemas/{self._names[part.full_name, True]}"}

    def all(self) -> dict[str, Schema]:
        """Return every schema by its name."""
        found = {enum.name: schema_of(enum) for enum in self._enums.values()}
        for name, each in self._answers.items():
            if isinstance(each, Descriptor):
                found[self._names[name, False]] = self._of_answer(each)
        for name, each in self._bodies.items():
            if isinstance(each, Descriptor):
                found[self._names[name, True]] = self._of_body(each)
        # Generators of clients call a type by its title, and refuse two of one name.
        return {name: {**schema, "title": name} for name, schema in sorted(found.items())}

    def _of_answer(self, message: Descriptor) -> Schema:
        """Return the schema of an answer, which has its lists, texts and numbers always, be they empty."""
        schema = schema_of(message, self.answer)
        always = [
            field.name
            for field in message.fields
            if not field.has_presence and (field.enum_type is None or field.is_repeated)
            if field.name not in self._omittable.get(message.full_name, ())
        ]
        return {**schema, **({"required": always} if always else {})}

    def _of_body(self, message: Descriptor) -> Schema:
        """Return the schema of a body: what is required, within bounds, and nothing that is not known."""
        return schema_of(message, self.body, bounded=True, fields=_taken(message))


def _taken(message: Descriptor) -> list[FieldDescriptor]:
    """Return the fields that callers may give."""
    return [field for field in message.fields if not refusal_of(field)]


def _all_parts(message: Descriptor) -> Iterable[Descriptor | EnumDescriptor]:
    return parts_of(message.fields)


def _taken_parts(message: Descriptor) -> Iterable[Descriptor | EnumDescriptor]:
    return parts_of(_taken(message))


def _reachable(
    messages: Iterable[Any], parts: Callable[[Descriptor], Iterable[Descriptor | EnumDescriptor]]
) -> dict[str, Descriptor | EnumDescriptor]:
    """Return these messages and everything that they are made of, by full name."""
    found: dict[str, Descriptor | EnumDescriptor] = {}
    waiting = list(messages)
    while waiting:
        part = waiting.pop()
        if part.full_name not in found:
            found[part.full_name] = part
            if isinstance(part, Descriptor):
                waiting.extend(parts(part))
    return found


# --- operations


def _operation(route: Route, read: Route | None, schemas: _Schemas, asks_for_tokens: bool) -> dict[str, Any]:
    parameters = [
        *(_parameter(field, "path", schemas) for field in route.shape.path_fields),
        *(_parameter(field, "query", schemas) for field in route.shape.query_fields),
        *openapi_headers.asked(route, read),
    ]
    rule = OPERATION_RULES.get(route.id)
    return {
        "operationId": route.id,
        "summary": route.summary,
        "x-framewell-role": rule.words if rule is not None else "nobody",
        **({"security": []} if rule is not None and rule.everybody else {}),
        **_described(route),
        "tags": [route.tag],
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _request_body(route, schemas)} if route.shape.body or route.raw_body else {}),
        "responses": {
            **_answers(route, schemas),
            **{
                str(status): {"$ref": f"#/components/responses/{_problem_name(status)}"}
                for status in _statuses(route, read, asks_for_tokens)
            },
        },
    }


def _described(route: Route) -> dict[str, str]:
    uncounted = f"Has no `total_size`: {route.uncounted}" if route.uncounted else ""
    text = " ".join(filter(None, (route.description, uncounted)))
    return {"description": text} if text else {}


def _parameter(field: FieldDescriptor, place: str, schemas: _Schemas) -> dict[str, Any]:
    schema = field_schema(field, schemas.answer, bounded=True)
    description = schema.pop("description", "")
    if set(schema) == {"allOf"}:
        (schema,) = schema["allOf"]
    bound = bound_of(field)
    required = place == "path" or (bound is not None and bound.required)
    return {
        "name": field.name,
        "in": place,
        **({"description": description} if description else {}),
        **({"required": True} if required else {}),
        "schema": _not_empty(schema),
    }


def _not_empty(schema: Schema) -> Schema:
    """Return the schema of a parameter without the empty text: one that is given has a value."""
    if schema.get("type") == "array":
        return {**schema, "items": _not_empty(schema["items"])}
    is_plain = schema.get("type") == "string" and "pattern" not in schema
    return {"minLength": 1, **schema} if is_plain else schema


def _request_body(route: Route, schemas: _Schemas) -> dict[str, Any]:
    if route.raw_body:
        file: Schema = {"type": "string", "format": "binary", "minLength": 1}
        binary = {"schema": file, "example": "the bytes of the file"}
        return {"required": True, "content": {route.raw_body: binary}}
    content: dict[str, Any] = {"schema": schemas.body(route.shape.body_message)}
    if route.example is not None:
        content["example"] = dict(route.example)
    return {"required": True, "content": {"application/json": content}}


def _answers(route: Route, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(status): {"description": _PHRASES[status], **({"content": content} if content else {})}
        for status, content in route.content.items()
    }
    if route.has_version:
        found["304"] = {"description": _PHRASES[304]}
    if route.response is not None:
        content = {"schema": schemas.answer(route.response.DESCRIPTOR), "example": dict(route.answer or {})}
        others = route.content.get(route.status, {})
        found[str(route.status)] = {
            "description": _PHRASES[route.status],
            **openapi_headers.answered(route),
            "content": {"application/json": content, **others},
        }
    return found


_PHRASES: Final = {
    200: "The answer.",
    201: "Made.",
    202: "Taken: events will say what becomes of it.",
    204: "Done.",
    206: "A part of it.",
    304: "The caller has it already.",
}


def _statuses(route: Route, read: Route | None, asks_for_tokens: bool) -> list[int]:
    """Return the statuses of the problems that an operation may end with."""
    found = {*_OF_ALL, *route.problems}
    if asks_for_tokens:
        found.update(_OF_TOKENS)
    if route.shape.path_fields:
        found.add(404)
    if route.shape.body or route.raw_body:
        found.update(_OF_BODIES)
    if read is not None:
        found.add(412)
    return sorted(found)


def _problem_name(status: int) -> str:
    return enum_word(ProblemCode.DESCRIPTOR, KINDS[status][0]).title().replace("_", "")


def _problem_response(status: int, schemas: _Schemas) -> dict[str, Any]:
    code, title = KINDS[status]
    word = enum_word(ProblemCode.DESCRIPTOR, code)
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "What happened, to what, and what to do next.",
        "code": word,
        "errors": [],
        "reason": "",
        "params": {},
        "template": "",
    }
    content = {MEDIA_TYPE: {"schema": schemas.answer(Problem.DESCRIPTOR), "example": example}}
    return {"description": f"{comments()[f'{_CODE}.PROBLEM_CODE_{word.upper()}']}", "content": content}


_CODE: Final = ProblemCode.DESCRIPTOR.full_name
