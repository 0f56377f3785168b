"""Pages of a list whose order is total, so that no item is skipped or repeated at the edge of a page.

A list is ordered by a sort key that ends in an id which is unique in the list. A page token carries the whole
key of the last item of a page; the next page begins with the first item behind that key, whatever was added
or removed meanwhile. Tokens are opaque to callers: a token of another list or of the caller's own making
raises `Rejected` (INVALID_ARGUMENT of a call).
"""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from framewell_contracts.sentences import say
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.outcomes import Rejected

T = TypeVar("T")
U = TypeVar("U")

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE_SIZE = 1000
# Documents that one read of a scan takes into memory.
SCAN_BATCH = 200

KeyPart: TypeAlias = str | int | datetime
Key: TypeAlias = tuple[KeyPart, ...]
KeyTypes: TypeAlias = tuple[type[KeyPart], ...]


class PagedRequest(Protocol):
    """A request message of a list that pages."""

    @property
    def page_size(self) -> int: ...
    @property
    def page_token(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `size` items, from the place that `token` names; an empty token is the beginning."""

    size: int = DEFAULT_PAGE_SIZE
    token: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items of one page in order; `next_token` is empty on the last page.

    `total` counts the items of all pages together, 0 where nobody asked for it.
    """

    items: Sequence[T]
    next_token: str = ""
    total: int = 0

    def map(self, convert: Callable[[T], U]) -> "Page[U]":
        """Return the page with every item converted."""
        return Page([convert(item) for item in self.items], self.next_token, self.total)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a collection: by `field`, then by `_id`, both ascending or both descending.

    Every document has a value of type `kind` in `field`. `Order("_id", str)` orders by `_id` alone.
    """

    field: str
    kind: type[KeyPart]
    descending: bool = False

    @property
    def fields(self) -> list[str]:
        """Return the fields of the index that serves pages in this order."""
        return ["_id"] if self.field == "_id" else [self.field, "_id"]

    @property
    def key_types(self) -> KeyTypes:
        """Return the types of the sort key."""
        return (str,) if self.field == "_id" else (self.kind, str)


BY_ID = Order("_id", str)


def page_request(
    request: PagedRequest, *, default: int = DEFAULT_PAGE_SIZE, largest: int = LARGEST_PAGE_SIZE
) -> PageRequest:
    """Return what a request asks for: `default` items where it names no size, never more than `largest`."""
    size = request.page_size if request.page_size > 0 else default
    return PageRequest(min(size, largest), request.page_token)


def encode_token(key: Key) -> str:
    """Return the token of the page that begins behind the item with this sort key."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()


def decode_token(token: str, types: KeyTypes) -> Key | None:
    """Return the sort key in a token, None for the empty token.

    Raises Rejected (code `bad_page_token`) unless the token holds values of just these types.
    """
    if not token:
        return None
    try:
        parts = json.loads(base64.b64decode(token.encode(), altchars=b"-_", validate=True))
        if not isinstance(parts, list):
            raise TypeError("a sort key is a list")
        return tuple(_key_part(part, kind) for part, kind in zip(parts, types, strict=True))
    except (binascii.Error, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Rejected(
            say(
                "bad_page_token",
                "the page token {token} is not one that this list gave out: begin without a token",
                token=f"{token[:80]!r}",
            ),
        ) from error


def page_of(items: Sequence[T], page: PageRequest, key: Callable[[T], Key], types: KeyTypes) -> Page[T]:
    """Return a page of items in memory, which are in ascending order of `key`. Raises Rejected."""
    after = decode_token(page.token, types)
    start = 0 if after is None else bisect_right(items, after, key=key)
    found = items[start : start + page.size]
    more = start + page.size < len(items)
    return Page(found, encode_token(key(found[-1])) if more else "", len(items))


async def find_page(
    documents: Documents,
    collection: str,
    query: Query,
    page: PageRequest,
    order: Order,
    *,
    counted: bool = True,
) -> Page[Document]:
    """Return a page of the documents that match, with their number unless `counted` is off.

    Raises Rejected for a bad token, Busy as the store does.
    """
    after = decode_token(page.token, order.key_types)
    wanted = query if after is None else {"$and": [query, _behind(after, order)]}
    direction = -1 if order.descending else 1
    found = await documents.find(
        collection, wanted, sort=[(field, direction) for field in order.fields], limit=page.size + 1
    )
    total = await documents.count(collection, query) if counted else 0
    if len(found) <= page.size:
        return Page(found, total=total)
    last = found[page.size - 1]
    token = encode_token(tuple(last[field] for field in order.fields))
    return Page(found[: page.size], token, total)


async def scan(
    documents: Documents,
    collection: str,
    query: Query,
    order: Order,
    *,
    after: Key | None = None,
    batch: int = SCAN_BATCH,
) -> AsyncIterator[Document]:
    """Yield the documents that match, in order, behind the one with the sort key `after`, `batch` a read.

    A document that is inserted, changed or removed meanwhile is met as it is when its batch is read, or not;
    nothing else is skipped, and nothing is repeated whose sort key stays. Raises Busy as the store does.
    """
    token = "" if after is None else encode_token(after)
    while True:
        page = await find_page(documents, collection, query, PageRequest(batch, token), order, counted=False)
        for document in page.items:
            yield document
        if not page.next_token:
            return
        token = page.next_token


def _behind(after: Key, order: Order) -> Query:
    """Match what sorts behind a key; the bound on the first field alone is what an index can serve."""
    behind = "$lt" if order.descending else "$gt"
    if order.field == "_id":
        return {"_id": {behind: after[0]}}
    value, last_id = after
    return {
        order.field: {f"{behind}e": value},
        "$or": [{order.field: {behind: value}}, {"_id": {behind: last_id}}],
    }


def _key_part(part: Any, kind: type[KeyPart]) -> KeyPart:
    if kind is datetime and isinstance(part, str):
        moment = datetime.fromisoformat(part)
        if moment.tzinfo is None:
            raise ValueError("a time without its zone")
        return moment.astimezone(UTC)
    if type(part) is not kind:
        raise TypeError(f"{part!r} is no {kind.__name__}")
    if isinstance(part, str):
        part.encode()  # half a surrogate pair is no text
    elif isinstance(part, int) and not -(1 << 63) <= part < 1 << 63:
        raise ValueError("a number of more than 64 bits")
    return part
