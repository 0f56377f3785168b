"""Parts of an answer that come from several services: one that is away is named, the others stand."""

from collections.abc import Awaitable
from typing import TypeVar

from framewell_gateway.domain.missing_parts import Incomplete, leave_out
from framewell_gateway.ports import Away
from framewell_kit.outcomes import Outcome

T = TypeVar("T")


async def part_of(answer: Incomplete, fields: tuple[str, ...], asked: Awaitable[T]) -> T | None:
    """Return what was asked; None, with the fields named in the answer, where its service is away."""
    try:
        return await asked
    except (Away, Outcome) as error:
        leave_out(answer, fields, error)
        return None
