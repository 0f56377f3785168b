"""A document store that notes what its calls cost: the size of every document they give back."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import bson

from framewell_kit.documents.protocol import Documents


class MeasuredDocuments:
    """Passes calls on to a real store; `sizes` holds, call by call, the bytes it answered with."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.sizes: list[int] = []

    def take(self) -> list[int]:
        """Return the sizes noted since the last time, one a call."""
        taken, self.sizes = self.sizes, []
        return taken

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            answer = await method(*args, **kwargs)
            self.sizes.append(_size(answer))
            return answer

        return call


def measured(documents: Documents) -> tuple[Documents, MeasuredDocuments]:
    """Return the store as a port, and itself."""
    store = MeasuredDocuments(documents)
    return cast(Documents, store), store


def _size(answer: object) -> int:
    if isinstance(answer, dict):
        return len(bson.encode(answer))
    if isinstance(answer, list):
        return sum(_size(one) for one in answer)
    return 0
