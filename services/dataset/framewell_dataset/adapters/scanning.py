"""Reads many documents in bounded batches."""

from collections.abc import AsyncIterator

from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.paging import Order, PageRequest, find_page

BATCH = 500
BY_ID = Order("_id", str)


async def scan(
    documents: Documents, collection: str, query: Query, order: Order, *, batch: int = BATCH
) -> AsyncIterator[Document]:
    """Yield every match in an order whose fields no change touches.

    A document that is changed or deleted meanwhile is met as it is when its batch is read, at most once.
    """
    token = ""
    while True:
        page = await find_page(documents, collection, query, PageRequest(batch, token), order)
        for document in page.items:
            yield document
        if not page.next_token:
            return
        token = page.next_token
