"""A document store that breaks off at a chosen call: the crash points of whatever uses it."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from framewell_kit.documents.protocol import Documents
from framewell_kit.outcomes import Busy


class FailingDocuments:
    """Passes calls on to a real store until the one numbered `fails_at` (from 0), which breaks off.

    With `after` that call still takes effect and only its answer is lost. Every later call breaks off too,
    without effect: the process is dead.
    """

    def __init__(self, documents: Documents, fails_at: int, *, after: bool) -> None:
        self._documents, self.fails_at, self._after = documents, fails_at, after
        self.calls = 0

    @property
    def broke(self) -> bool:
        """Return whether the chosen call was reached."""
        return self.calls > self.fails_at

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number < self.fails_at:
                return await method(*args, **kwargs)
            if number == self.fails_at and self._after:
                await method(*args, **kwargs)
            raise Busy("the process died here", retry_after=0.01)

        return call


def failing(documents: Documents, fails_at: int, *, after: bool) -> tuple[Documents, FailingDocuments]:
    """Return the store as a port, and itself."""
    store = FailingDocuments(documents, fails_at, after=after)
    return cast(Documents, store), store
