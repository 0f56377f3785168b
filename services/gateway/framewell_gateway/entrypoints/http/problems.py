"""Errors as RFC 9457 problem details: what happened, to what, and what to do next."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from framewell.gateway.v1.problem_pb2 import Problem, ProblemCode, RequestError
from framewell_contracts.json_mapping import FieldProblem, to_json
from framewell_contracts.media_addresses import redacted_text
from framewell_contracts.sentences import Sentence, say, several, wording_of
from framewell_gateway.ports import Away
from framewell_gateway.ports.access import TooMany, Unauthenticated
from framewell_gateway.steps.check_new_account import InvalidField
from framewell_kit.outcomes import (
    REJECTED,
    Busy,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    NotYet,
    Outcome,
    Rejected,
)

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_SECONDS = 2
_MOST_ERRORS = 20

KINDS: "Final[Mapping[int, tuple[ProblemCode.ValueType, str]]]" = {
    400: (ProblemCode.PROBLEM_CODE_BAD_REQUEST, "Bad request"),
    401: (ProblemCode.PROBLEM_CODE_UNAUTHENTICATED, "Not signed in"),
    403: (ProblemCode.PROBLEM_CODE_FORBIDDEN, "Forbidden"),
    404: (ProblemCode.PROBLEM_CODE_NOT_FOUND, "Not found"),
    405: (ProblemCode.PROBLEM_CODE_METHOD_NOT_ALLOWED, "Method not allowed"),
    408: (ProblemCode.PROBLEM_CODE_TIMEOUT, "Request timeout"),
    409: (ProblemCode.PROBLEM_CODE_CONFLICT, "Conflict"),
    410: (ProblemCode.PROBLEM_CODE_GONE, "Gone"),
    412: (ProblemCode.PROBLEM_CODE_PRECONDITION_FAILED, "Changed meanwhile"),
    413: (ProblemCode.PROBLEM_CODE_TOO_LARGE, "Too large"),
    414: (ProblemCode.PROBLEM_CODE_URI_TOO_LONG, "Address too long"),
    415: (ProblemCode.PROBLEM_CODE_UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),
    416: (ProblemCode.PROBLEM_CODE_RANGE_NOT_SATISFIABLE, "Range not satisfiable"),
    422: (ProblemCode.PROBLEM_CODE_INVALID, "Not acceptable content"),
    429: (ProblemCode.PROBLEM_CODE_TOO_MANY_REQUESTS, "Too many requests"),
    431: (ProblemCode.PROBLEM_CODE_HEADERS_TOO_LARGE, "Headers too large"),
    500: (ProblemCode.PROBLEM_CODE_INTERNAL, "Internal error"),
    503: (ProblemCode.PROBLEM_CODE_UNAVAILABLE, "Part of the mesh is away"),
}
"""Code and title of every problem, by its HTTP status."""

_WRONG_CHECKSUM: Final = 460
"""Of tus 1.0.0, in no registry."""

_FIELDS: Final[Mapping[str, str]] = {
    "bad_page_token": "page_token",
    "bad_order": "order_by",
    "bad_lease": "lease",
    "bad_crop": "crop",
    "webhook_host_not_allowed": "url",
    "bad_type": "types",
    "bad_service": "service",
    "bad_idempotency_key": "idempotency-key",
    "idempotency_key_reused": "idempotency-key",
    "if_match_not_taken": "if-match",
}
"""By the code of a refusal behind the bounds of the schema: the field that it is about."""

_STATUS: dict[type[Exception], int] = {
    Unauthenticated: 401,
    TooMany: 429,
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    Forbidden: 403,
    Rejected: 422,
    NotYet: 503,
    Busy: 503,
    Away: 503,
}


class InvalidRequest(Exception):
    """A request with something in it that is not acceptable; `problems` says where and what."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.why = several([one.sentence for one in problems[:3]])
        super().__init__(self.why)
        self.problems = problems


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
    reason: str = "",
) -> Response:
    """Return the response for a problem. No password or signature of an address is repeated.

    Of a sentence made from a template the wording is sent as well, and its word is the `reason` unless one is
    given.
    """
    said = redacted_text(detail)
    wording = wording_of(said)
    code, title = KINDS.get(status) or (ProblemCode.PROBLEM_CODE_UNSPECIFIED, _other_title(status))
    body = Problem(
        type="about:blank",
        title=title,
        status=status,
        detail=said,
        code=code,
        reason=reason or (said.reason if isinstance(said, Sentence) else ""),
        template=wording.template if wording is not None else "",
        params=wording.params if wording is not None else {},
        errors=[_request_error(one) for one in errors[:_MOST_ERRORS]],
    )
    retry = {"retry-after": str(_RETRY_SECONDS)} if status in (429, 503) else {}
    return Response(
        json.dumps(to_json(body, defaults=True), ensure_ascii=False).encode("utf-8", "replace"),
        status_code=status,
        headers={**retry, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def _request_error(one: FieldProblem) -> RequestError:
    said = redacted_text(one.problem)
    return RequestError(field=redacted_text(one.field), problem=said, wording=wording_of(said))


def _other_title(status: int) -> str:
    """Return the title of a status without a code, as uploads have."""
    if status == _WRONG_CHECKSUM:
        return "Checksum mismatch"
    return HTTPStatus(status).phrase.capitalize() if status in set(HTTPStatus) else "Problem"


def install(app: Starlette) -> None:
    """Let every error of the application leave as problem details."""
    app.add_exception_handler(Outcome, _refused)
    app.add_exception_handler(Away, _refused)
    app.add_exception_handler(InvalidRequest, _invalid)
    app.add_exception_handler(HTTPException, _http)


def refusal(error: Exception) -> Response:
    """Return the response for an outcome that refuses a request."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    return problem(
        status,
        _said(error),
        errors=_places(error) if status == 422 else (),
        headers=_headers(error),
        reason=_word(error),
    )


def _places(error: Exception) -> Sequence[FieldProblem]:
    """Return what a refusal is about, place by place."""
    if isinstance(error, InvalidField):
        return [FieldProblem(error.field, error.problem)]
    field = _FIELDS.get(error.code, "") if isinstance(error, Rejected) else ""
    return [FieldProblem(field, _said(error))]


def _said(error: Exception) -> str:
    """Return the sentence of an outcome or of a service that is away."""
    return str(error) if (reason := getattr(error, "reason", None)) is None else reason


def _word(error: Exception) -> str:
    """Return why, more exactly than the status says, as a word for programs."""
    if isinstance(error, Away):
        return "service_away"
    word = getattr(error, "code", "")
    return "" if word == REJECTED else str(word)


def _headers(error: Exception) -> Mapping[str, str]:
    if isinstance(error, Unauthenticated):
        return {"www-authenticate": "Bearer"}
    return {"retry-after": str(ceil(error.retry_after))} if isinstance(error, TooMany) else {}


async def _refused(_: Request, error: Exception) -> Response:
    return refusal(error)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, InvalidRequest):
        raise error
    said = say("unusable_request", "the request cannot be used: {why}", why=error.why)
    return problem(422, said, errors=error.problems)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail: str = error.detail
    if not isinstance(detail, Sentence):
        detail = _of_framework(request, error.status_code, detail)
    return problem(error.status_code, detail, headers=error.headers)


def _of_framework(request: Request, status: int, detail: str) -> str:
    """Return the mesh's sentence for what Starlette refuses by itself."""
    path = request.url.path
    if status == 404:
        return say("no_path", "nothing is at {path}: /openapi.json lists every path", path=path)
    if status == 405:
        return say(
            "method",
            "{path} does not take {method}: /openapi.json lists what every path takes",
            path=path,
            method=request.method,
        )
    return detail
