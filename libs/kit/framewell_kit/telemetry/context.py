"""The event, job or call that this task is handling: the cause of its log lines, spans and facts."""

from contextvars import ContextVar
from typing import NamedTuple

from framewell_kit.facts import Cause


class Handled(NamedTuple):
    """The cause of the work under way, and its name: a group, a job kind or a method."""

    cause: Cause
    what: str


_current: ContextVar[Handled | None] = ContextVar("framewell_handled", default=None)


def current() -> Handled | None:
    """Return what is being handled, or None."""
    return _current.get()


def current_cause() -> Cause | None:
    """Return the cause of what is being handled, or None."""
    handled = _current.get()
    return None if handled is None else handled.cause
