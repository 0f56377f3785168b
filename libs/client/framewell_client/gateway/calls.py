"""What the methods of a gateway are made of: one request, or as many as a list has pages."""

from typing import Any, Final

from framewell_client.transport import HttpTransport

Document = dict[str, Any]

_PAGE_SIZE: Final = 1000


class Calls:
    """Sends requests by the transport of a gateway; the groups of its methods are made of these."""

    _transport: HttpTransport

    def _document(self, method: str, path: str, **request: Any) -> Document:
        document: Document = self._transport.send(method, path, **request).json()
        return document

    def _pages(self, path: str, key: str, limit: int | None = None, **wanted: Any) -> list[Document]:
        """Return the items of as many pages as it takes; empty conditions are left out."""
        found: list[Document] = self._list(path, key, limit, **wanted)[key]
        return found

    def _list(self, path: str, key: str, limit: int | None = None, **wanted: Any) -> Document:
        """Return the items as `_pages` does, and how many there are in all, as far as the list says."""
        total: dict[str, int] = {}
        conditions = {name: value for name, value in wanted.items() if value}
        found: list[Document] = []
        token: dict[str, str] = {}
        while limit is None or len(found) < limit:
            size = _PAGE_SIZE if limit is None else min(limit - len(found), _PAGE_SIZE)
            page = self._document("GET", path, params={**conditions, "page_size": size, **token})
            found.extend(page[key])
            total = {name: page[name] for name in ("total_size",) if name in page}
            if not page["next_page_token"]:
                break
            token = {"page_token": page["next_page_token"]}
        return {key: found, **total}
