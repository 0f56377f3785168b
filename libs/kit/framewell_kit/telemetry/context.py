"""What this task is handling at the moment: the cause of its log lines, spans and facts."""

from contextvars import ContextVar
from typing import NamedTuple

from framewell_kit.facts import Cause


class Handled(NamedTuple):
    """An event or a call under way, and what is made of it (a group, a job kind, a method)."""

    cause: Cause
    what: str


_current: ContextVar[Handled | None] = ContextVar("framewell_handled", default=None)


def current() -> Handled | None:
    """What is being handled, or None."""
    return _current.get()


def current_cause() -> Cause | None:
    """The cause of what is being handled, or None."""
    handled = _current.get()
    return None if handled is None else handled.cause
