"""Pages over a collection in a stable order, with tokens that say where the next page begins."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from framewell_dataset.ports import Page
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import Rejected

ORDER = "order"
"""The field that pages are ordered by: time and id as one text, so that it is unique."""


def order_of(moment: datetime, id_: str) -> str:
    """Sorts as the moment does, and tells two documents of one moment apart."""
    return f"{moment.isoformat(timespec='microseconds')}/{id_}"


async def page_of(
    documents: Documents, collection: str, query: Mapping[str, Any], page: Page, *, newest_first: bool
) -> tuple[list[Document], str]:
    """One page, and the token of the next (empty on the last)."""
    wanted = dict(query)
    if page.token:
        wanted[ORDER] = {"$lt" if newest_first else "$gt": _read(page.token)}
    direction = -1 if newest_first else 1
    found = await documents.find(collection, wanted, sort=[(ORDER, direction)], limit=page.size + 1)
    if len(found) <= page.size:
        return found, ""
    return found[: page.size], _token(found[page.size - 1][ORDER])


def _token(order: str) -> str:
    return base64.urlsafe_b64encode(order.encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Rejected("the page token is not one this service gave out: start without one") from error
