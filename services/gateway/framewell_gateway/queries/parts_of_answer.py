"""Parts of an answer that come from several services: one that is away is named, the others stand."""

from collections.abc import Awaitable
from typing import Protocol, TypeVar

from framewell_gateway.ports import Away
from framewell_kit.outcomes import Outcome

T = TypeVar("T")


class Names(Protocol):
    """A repeated field of texts."""

    def append(self, value: str, /) -> None: ...


class Incomplete(Protocol):
    """A message that can say which of its fields could not be asked, and why."""

    @property
    def unavailable(self) -> Names: ...
    @property
    def missing(self) -> Names: ...


async def part_of(answer: Incomplete, fields: tuple[str, ...], asked: Awaitable[T]) -> T | None:
    """Return what was asked; None, with the fields named in the answer, where its service is away."""
    try:
        return await asked
    except (Away, Outcome) as error:
        for name in fields:
            answer.unavailable.append(name)
        answer.missing.append(f"{fields[0]}: {error}")
        return None
