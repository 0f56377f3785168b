"""Answers in JSON that a caller has already, and changes of what it has not seen last (RFC 9110, 13)."""

import json
from collections.abc import Awaitable, Callable, Sequence
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


def with_etag(request: Request, response: Response, revised: str = "") -> Response:
    """Return an answer in JSON with its ETag, or 304 where the caller has it.

    `revised` names where the revision of what it shows stands; empty where that has none.
    """
    if response.status_code != 200 or response.media_type != _JSON or ETAG in response.headers:
        return response
    etag = _etag(request, response, revised)
    if _names(_listed(request, IF_NONE_MATCH), etag):
        return Response(status_code=304, headers={ETAG: etag, **_CACHING})
    response.headers[ETAG] = etag
    for name, value in _CACHING.items():
        response.headers.setdefault(name, value)
    return response


async def changed_since(
    request: Request, change: Any, read: Callable[[], Awaitable[Response]], revised: str = ""
) -> Response | None:
    """Return the refusal (412) of a change whose If-Match names another version than there is; else None.

    `read` answers what GET would answer. Of what has a revision that is compared alone: an answer may also
    show what happens to a thing without anybody's changing it, such as the last delivery of a webhook. A
    change that can name the revision that it expects then names the one that was compared: whoever comes in
    between is noticed (409).
    """
    wanted = _listed(request, IF_MATCH)
    if IF_MATCH not in request.headers or wanted == ["*"]:
        return None
    seen = await read()
    is_seen = _names_version if revised else _names
    if is_seen(wanted, _etag(request, seen, revised)):
        if revised and _REVISION in change.DESCRIPTOR.fields_by_name and not change.HasField(_REVISION):
            setattr(change, _REVISION, _revision(seen, revised))
        return None
    said = say("revision_changed", "this was changed since you read it: read it again, then change it")
    return problem(412, said)


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


def _revision(response: Response, revised: str) -> int:
    """Return the revision that stands in an answer, at `dataset_class.revision` for one; 0 for none."""
    found: Any = json.loads(bytes(response.body))
    for name in revised.split("."):
        found = found.get(name) or {}
    return int(found or 0)


def _etag(request: Request, response: Response, revised: str) -> str:
    """Return the ETag of an answer: a hash of it, after one of its revision and of what it is that of."""
    content = _hash(bytes(response.body))
    if not revised:
        return f'"{content}"'
    version = f"{sorted(request.path_params.items())} {_revision(response, revised)}"
    return f'"{_hash(version.encode())}-{content}"'


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _listed(request: Request, header: str) -> list[str]:
    """Return the ETags of a header; weak ones count (a proxy may have made it weak)."""
    listed = ",".join(request.headers.getlist(header)).split(",")
    return [one.strip().removeprefix("W/") for one in listed]


def _names(listed: Sequence[str], etag: str) -> bool:
    return etag in listed or listed == ["*"]


def _names_version(listed: Sequence[str], etag: str) -> bool:
    version = etag.partition("-")[0]
    return any(one.partition("-")[0] == version for one in listed)
