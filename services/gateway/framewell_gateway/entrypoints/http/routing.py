"""A route as one declaration: from it come what the application serves and what OpenAPI says."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from google.protobuf.message import Message
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.routing import Route as StarletteRoute
from starlette.types import Scope

from framewell_contracts.access import Rule
from framewell_contracts.json_mapping import FieldProblem, comments, to_json
from framewell_contracts.sentences import say
from framewell_gateway.domain.operation_roles import OPERATION_RULES
from framewell_gateway.entrypoints.http import page_tokens
from framewell_gateway.entrypoints.http.app_context import AppContext, context_of
from framewell_gateway.entrypoints.http.authorising import Endpoint, guarded, marked
from framewell_gateway.entrypoints.http.conditional import changed_since, refuse_version, with_etag
from framewell_gateway.entrypoints.http.idempotency import name_request, once
from framewell_gateway.entrypoints.http.problems import InvalidRequest
from framewell_gateway.entrypoints.http.requests import RequestShape
from framewell_gateway.ports import Method
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.tombstones import asset_subject

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

Respond = Callable[[AppContext, Any, Request], Awaitable[Response]]
"""Answers a request whose message has been read."""

PREFIX: Final = "/v1"
ACCESS: Final = "access"
"""The tag of operations whose answers hold secrets of accounts: none is kept under an idempotency key."""
_NO_BODY: Final = say("body.none", "this operation takes no body: all that it takes stands in the address")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the REST API.

    `shape` says how a request becomes a message, `response` is the message of the answer in JSON, None for
    an answer of another kind, which `content` (by status and media type, as OpenAPI has it) then describes.
    `example` is the body of a request, `answer` that of its answer; `raw_body` is the media type of a body
    that is no JSON, `headers` are those that it reads, with what they mean. `problems` are statuses that it
    may end with beside those of every operation, `omittable` the fields that its answer may lack.
    `uncounted` says of a list without a total why it has none, `revised` where in its answer the revision
    stands that grows with every change of what is shown (`dataset_class.revision`).
    """

    verb: str
    path: str
    id: str
    summary: str
    shape: RequestShape
    respond: Respond
    response: type[Message] | None = None
    status: int = 200
    tag: str = ""
    description: str = ""
    example: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    content: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    raw_body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[int] = ()
    omittable: frozenset[str] = frozenset()
    uncounted: str = ""
    revised: str = ""

    @property
    def has_version(self) -> bool:
        """Return whether its answer has an ETag, by which a caller asks again only for what has changed."""
        return self.verb == "GET" and self.response is not None

    @property
    def takes_key(self) -> bool:
        """Return whether an Idempotency-Key makes several requests one."""
        is_kept = self.response is not None and not self.raw_body and self.tag != ACCESS
        return self.verb == "POST" and is_kept

    @property
    def is_list(self) -> bool:
        """Return whether its answer is one page of several."""
        return any(field.name == "page_token" for field in self.shape.query_fields)


def versions(routes: Iterable[Route]) -> Mapping[str, Route]:
    """Return by the id of a change the operation whose ETag it takes in If-Match.

    That is the GET of its path or, for what is done to one thing (`POST /runs/{run_id}/cancel`), of the
    thing's path. A page of a list is no version of the list, and accounts have none.
    """
    reads = {route.path: route for route in routes if route.has_version and not route.is_list}
    found = {}
    for route in routes:
        thing, _, _ = route.path.rpartition("/")
        read = reads.get(route.path) or (reads.get(thing) if thing.endswith("}") else None)
        if read is not None and route.verb != "GET" and route.tag != ACCESS:
            found[route.id] = read
    return found


def calls(
    route: str,
    id: str,  # noqa: A002
    method: Method[Any, Any],
    summary: str,
    *,
    body: str = "",
    **more: Any,
) -> Route:
    """Return the route of a method of a service: `route` is the verb and the path, e.g. `GET /models`.

    The request fills the fields of the method's request, its response is the answer.
    """

    async def respond(context: AppContext, message: Message, _: Request) -> Response:
        return json_response(await context.services.call(method, message), status)

    status = more.get("status", 200)
    verb, _, path = route.partition(" ")
    return Route(
        verb=verb,
        path=PREFIX + path,
        id=id,
        summary=summary,
        shape=RequestShape(method.request, path, body),
        respond=respond,
        response=method.response,
        **{"description": comments().get(method.full_name, ""), **more},
    )


def asks(
    route: str,
    id: str,  # noqa: A002
    make: Callable[[AppContext], Callable[[Q], Awaitable[A]]],
    summary: str,
    *,
    takes: type[Q],
    gives: type[A],
    body: str = "",
    omittable: Iterable[str] = (),
    **more: Any,
) -> Route:
    """Return the route of a query or command of the gateway, which `make` makes from the context.

    The request fills the fields of a message of type `takes`, and one of type `gives` is the answer.
    The answer leaves out those of its `omittable` fields that its field `unavailable` names.
    """

    async def respond(context: AppContext, message: Q, _: Request) -> Response:
        answer = await make(context)(message)
        omitted = left_out.intersection(getattr(answer, "unavailable", ()))
        return json_response(answer, status, omitted)

    left_out, status = frozenset(omittable), more.get("status", 200)
    verb, _, path = route.partition(" ")
    return Route(
        verb=verb,
        path=PREFIX + path,
        id=id,
        summary=summary,
        shape=RequestShape(takes, path, body),
        respond=respond,
        response=gives,
        omittable=left_out,
        **more,
    )


def answers(
    route: str,
    id: str,  # noqa: A002
    request: type[Message],
    respond: Respond,
    summary: str,
    *,
    hidden: Iterable[str] = (),
    **more: Any,
) -> Route:
    """Return the route of an operation that makes its own response: a picture, a stream, bytes."""
    verb, _, path = route.partition(" ")
    shape = RequestShape(request, path, hidden=frozenset(hidden))
    return Route(verb=verb, path=PREFIX + path, id=id, summary=summary, shape=shape, respond=respond, **more)


def json_response(message: Message, status: int = 200, omitted: Collection[str] = ()) -> Response:
    """Return a message as the answer, without the omitted fields."""
    page_tokens.mark(message)
    document = {name: value for name, value in to_json(message, defaults=True).items() if name not in omitted}
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json")


def starlette_routes(
    routes: Iterable[Route], rules: Mapping[str, Rule] = OPERATION_RULES
) -> list[StarletteRoute]:
    """Return what serves the routes: one route of Starlette a path, whatever its methods.

    Raises UnknownOperation for a route without a rule that says who may.

    Paths without parameters come first, and refuse methods that they do not have: `GET /reanalyses/estimate`
    asks for no campaign of that name.
    """
    routes = tuple(routes)
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for route in routes:
        by_path[route.path][route.verb] = route
    seen = versions(routes)
    return [
        (StarletteRoute if "{" in path else _WholePath)(
            path, _endpoint(verbs, seen, rules), methods=[*verbs], name=next(iter(verbs.values())).id
        )
        for path, verbs in sorted(by_path.items(), key=lambda one: "{" in one[0])
    ]


def open_operations(routes: Iterable[Route]) -> frozenset[tuple[str, str]]:
    """Return method and path of the operations that are open to everybody, signed in or not."""
    return frozenset((route.verb, route.path) for route in routes if OPERATION_RULES[route.id].everybody)


class _WholePath(StarletteRoute):
    """A path without parameters: no other route is asked, whatever the method."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return Match.FULL if match is Match.PARTIAL else match, found


def _endpoint(verbs: Mapping[str, Route], seen: Mapping[str, Route], rules: Mapping[str, Rule]) -> Endpoint:
    guards = {
        verb: guarded(route.id, partial(_answer, route, seen.get(route.id)), rules)
        for verb, route in verbs.items()
    }

    async def endpoint(request: Request) -> Response:
        guard = guards.get("GET" if request.method == "HEAD" else request.method)
        if guard is None:  # Starlette has refused it before
            raise HTTPException(405)
        return await guard(request)

    return marked(endpoint)


async def _answer(route: Route, read: Route | None, request: Request) -> Response:
    """Answer a request of a route; `read` is the one whose ETag a change takes."""
    if not (route.shape.body or route.raw_body) and await request.body():
        raise InvalidRequest([FieldProblem("", _NO_BODY)])
    message, context = await route.shape.read(request), context_of(request)
    if route.verb == "GET":
        with page_tokens.of_list(route.id, message) if route.is_list else nullcontext():
            response = await _respond(route, context, message, request)
        return with_etag(request, response, route.revised) if route.has_version else response
    if read is None:
        refuse_version(request)
    change = partial(_change, route, read, context, message, request)
    if not route.takes_key:
        return await change()
    name_request(route.id, request, message)
    return await once(context, route.id, request, change)


async def _change(
    route: Route, read: Route | None, context: AppContext, message: Message, request: Request
) -> Response:
    """Answer a change; 412 where its If-Match names another version than `read` answers now.

    Compared within the idempotency key: sent again, a change that was made is answered as before.
    """
    if read is not None:
        seen = await read.shape.read_path(request)
        again = partial(_respond, read, context, seen, request)
        if refusal := await changed_since(request, message, again, read.revised):
            return refusal
    return await _respond(route, context, message, request)


async def _respond(route: Route, context: AppContext, message: Message, request: Request) -> Response:
    try:
        return await route.respond(context, message, request)
    except NotFound:
        await _require_not_gone(context, getattr(message, "asset_id", ""))
        raise


async def _require_not_gone(context: AppContext, asset_id: str) -> None:
    """Raise Gone when the asset was removed or erased: that is why something of it is not found."""
    buried = await context.tombstones.find(asset_subject(asset_id)) if asset_id else None
    if buried is not None:
        raise Gone(buried.sentence)
