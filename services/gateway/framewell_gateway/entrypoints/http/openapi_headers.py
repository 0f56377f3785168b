"""The headers of operations as OpenAPI has them: asked of the routes, which serve by the same answers."""

from collections.abc import Mapping
from typing import Any, Final

from framewell_gateway.entrypoints.http.conditional import ETAG, IF_MATCH, IF_NONE_MATCH
from framewell_gateway.entrypoints.http.idempotency import HEADER as KEY
from framewell_gateway.entrypoints.http.idempotency import KEY_PATTERN, REPLAYED
from framewell_gateway.entrypoints.http.routing import Route

_KEY_WORDS: Final = (
    "One value of your own for one request, such as a UUID. Sent again with it within a day, the request has "
    "no second effect and gets the first answer; with another request it is refused."
)
_IF_NONE_MATCH_WORDS: Final = "The ETag of an answer that you have: 304 while there is no other."
_IF_MATCH_WORDS: Final = (
    "The ETag of the answer to `{}` that the change rests on: 412 where it has become another meanwhile."
)


def asked(route: Route, read: Route | None) -> list[dict[str, Any]]:
    """Return the parameters that are headers; `read` is the operation whose ETag a change takes."""
    found: dict[str, tuple[str, dict[str, Any]]] = {
        name: (words, {"type": "string"}) for name, words in route.headers.items()
    }
    if route.takes_key:
        found[KEY] = (_KEY_WORDS, {"type": "string", "pattern": f"^{KEY_PATTERN}$"})
    if route.has_version:
        found[IF_NONE_MATCH] = (_IF_NONE_MATCH_WORDS, {"type": "string"})
    if read is not None:
        found[IF_MATCH] = (_IF_MATCH_WORDS.format(read.id), {"type": "string"})
    return [
        {"name": name, "in": "header", "description": words, "schema": schema}
        for name, (words, schema) in found.items()
    ]


def answered(route: Route) -> Mapping[str, Any]:
    """Return the headers of the answer, as a member of its description, if it has any to speak of."""
    found: dict[str, Any] = {}
    if route.has_version:
        found[ETAG] = {
            "description": "The version of this answer, for `if-none-match` and `if-match`.",
            "schema": {"type": "string"},
        }
    if route.takes_key:
        found[REPLAYED] = {
            "description": "Given with the answer to an earlier request of the same idempotency key.",
            "schema": {"type": "string", "const": "true"},
        }
    return {"headers": found} if found else {}
