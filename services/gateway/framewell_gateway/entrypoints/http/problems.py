"""Errors as RFC 9457 problem details: what happened, to what, and what to do next."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from framewell_gateway.domain.addresses import ASSET_ID
from framewell_gateway.ports import Away
from framewell_kit.outcomes import Busy, Conflict, Forbidden, NotFound, NotYet, Outcome, Rejected

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 2
_MOST_ERRORS = 20


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: Annotated[str, Field(examples=["statements.0.use"])]
    problem: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "Not acceptable content",
    500: "Internal error",
    503: "Part of the mesh is away",
}
_STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Rejected: 422,
    NotYet: 503,
    Busy: 503,
    Away: 503,
}

# A pattern tells a person nothing.
_FORMS = {ASSET_ID: "is no id of an asset, which is a UUID"}

# Every operation may answer so; keeps FastAPI from documenting its own shape for invalid requests.
RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457).",
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    }
}


def problem(
    status: int,
    detail: str,
    *,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The response for a problem."""
    body = Problem(title=_TITLES.get(status, "Problem"), status=status, detail=detail, errors=errors)
    retry = {"retry-after": str(_RETRY_SECONDS)} if status == 503 else {}
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=status,
        headers={**retry, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Let every error of the application leave as problem details."""
    app.add_exception_handler(Outcome, _refused)
    app.add_exception_handler(Away, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    return problem(status, str(error))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        FieldProblem(
            field=".".join(str(step) for step in one["loc"][1:]) or str(one["loc"][0]),
            problem=_FORMS.get(one.get("ctx", {}).get("pattern"), one["msg"]),
        )
        for one in found[:_MOST_ERRORS]
    ]
    said = "; ".join(f"{one.field}: {one.problem}" for one in errors[:3])
    return problem(422, f"the request cannot be used: {said}", errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail
    if error.status_code == 404 and detail == "Not Found":
        detail = f"nothing is at {request.url.path}: /openapi.json lists every path"
    return problem(error.status_code, detail, headers=error.headers)
