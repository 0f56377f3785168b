"""Lists over as many pages as it takes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any

_PAGE_SIZE = 1000


def each(operation: Callable[..., Mapping[str, Any]], items: str, **conditions: Any) -> Iterator[Any]:
    """Yield what an operation that lists finds, from all of its pages, which are read as they are needed.

    `items` names the field of the answer: `each(gateway.rest.list_assets, "assets", state=["analysed"])`.
    """
    token: str | None = None
    while token != "":
        page = operation(page_size=_PAGE_SIZE, page_token=token, **conditions)
        yield from page[items]
        token = page["next_page_token"]


async def each_of(
    operation: Callable[..., Awaitable[Mapping[str, Any]]], items: str, **conditions: Any
) -> AsyncIterator[Any]:
    """Yield the same of an operation of `AsyncGateway.rest`."""
    token: str | None = None
    while token != "":
        page = await operation(page_size=_PAGE_SIZE, page_token=token, **conditions)
        for item in page[items]:
            yield item
        token = page["next_page_token"]
