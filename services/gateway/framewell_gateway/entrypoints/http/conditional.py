"""Answers in JSON that a caller has already, and changes of what it has not seen last (RFC 9110, 13)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from framewell_contracts.sentences import say
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.outcomes import Rejected

ETAG: Final = "etag"
IF_NONE_MATCH: Final = "if-none-match"
IF_MATCH: Final = "if-match"
_JSON: Final = "application/json"
_REVISION: Final = "expected_revision"
"""The field of a change that names what it rests on."""
_CACHING: Final = {"cache-control": "private, no-cache"}
"""A browser keeps it, and asks whether it is still so."""


def with_etag(request: Request, response: Response) -> Response:
    """Return an answer in JSON with its ETag, or 304 where the caller has it."""
    if response.status_code != 200 or response.media_type != _JSON or ETAG in response.headers:
        return response
    etag = _etag(response)
    if _names(request.headers.get(IF_NONE_MATCH, ""), etag):
        return Response(status_code=304, headers={ETAG: etag, **_CACHING})
    response.headers[ETAG] = etag
    for name, value in _CACHING.items():
        response.headers.setdefault(name, value)
    return response


async def changed_since(
    request: Request, change: Any, read: Callable[[], Awaitable[Response]]
) -> Response | None:
    """Return the refusal (412) of a change whose If-Match names another version than there is; else None.

    `read` answers what GET would answer. A change that can name the revision that it expects then names the
    one that was compared: whoever comes in between is noticed (409).
    """
    wanted = request.headers.get(IF_MATCH, "").strip()
    if not wanted or wanted == "*":
        return None
    seen = await read()
    if _names(wanted, _etag(seen)):
        if _REVISION in change.DESCRIPTOR.fields_by_name and not change.HasField(_REVISION):
            setattr(change, _REVISION, _revision(json.loads(bytes(seen.body))))
        return None
    sentence = f"{request.url.path} was changed since you read it: read it again, then change it"
    return problem(412, sentence, reason="revision_changed")


def refuse_version(request: Request) -> None:
    """Raise Rejected for a change with If-Match that has no version to compare: none is made unasked."""
    if IF_MATCH in request.headers:
        raise Rejected(
            say(
                "if_match_not_taken",
                "the header {if_match} is not taken here: no GET answers with the version of what this "
                "changes",
                if_match=IF_MATCH,
            ),
        )


def _revision(document: Mapping[str, Any]) -> int:
    """Return the revision of what a document shows, itself or the one thing in it that has one."""
    parts = (document, *(part for part in document.values() if isinstance(part, dict)))
    return next(int(part["revision"]) for part in parts if "revision" in part)


def _etag(response: Response) -> str:
    return f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'


def _names(header: str, etag: str) -> bool:
    """Return whether a list of ETags has this one; weak ones count (a proxy may have made it weak)."""
    listed = [one.strip().removeprefix("W/") for one in header.split(",")]
    return etag in listed or listed == ["*"]
