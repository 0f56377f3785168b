"""Long listings of documents, read a batch at a time: memory stays the same however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.paging import Key, Order, PageRequest, encode_token, find_page

BATCH: Final = 100
"""Documents in one read."""


async def in_batches(
    documents: Documents, collection: str, query: Query, order: Order, *, after: Key | None = None
) -> AsyncIterator[Document]:
    """Yield the documents that match, in order, behind the one with the sort key `after`.

    What is inserted or removed meanwhile is seen or not; nothing else is skipped or repeated.
    """
    token = encode_token(after) if after else ""
    while True:
        page = await find_page(documents, collection, query, PageRequest(BATCH, token), order)
        for document in page.items:
            yield document
        if not page.next_token:
            return
        token = page.next_token
