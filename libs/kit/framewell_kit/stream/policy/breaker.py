"""Stops a stage whose handler fails on everything, instead of draining its topic into dead letters.

Considered and not taken: circuit breaker libraries (pybreaker, purgatory) guard calls of a dependency and
fail fast; here nothing may fail, the records must stay where they are.
"""

from collections import deque
from collections.abc import Callable

from framewell_contracts.sentences import say
from framewell_kit.clock import Clock

MIN_FAILURES = 50
MAX_FAILED_FRACTION = 0.05
RECENT_RECORDS = 1000
HALF_OPEN_AFTER_SECONDS = 60.0
BREAKER_OPEN = say("breaker_open", "breaker open")


class Breaker:
    """Opens at 50 failures among the last 1,000 records when they are more than 5 % of them.

    After a minute it is half open: one record is tried, and only one. Its failure opens the breaker again,
    its success closes it. `changed` is called with the time of day (seconds since 1970) of every opening, and
    with None at a closing, so that a restart does not forget.
    """

    def __init__(self, clock: Clock, changed: Callable[[float | None], None] = lambda _: None) -> None:
        self._clock = clock
        self._changed = changed
        self._recent: deque[bool] = deque(maxlen=RECENT_RECORDS)
        self._failures = 0
        self._opened_at: float | None = None
        self._half_open_at = 0.0  # monotonic: a time of day may jump, or be another process's
        self._trying = False
        self.tripped = False  # not closed: `admits` has to be asked

    def restore(self, opened_at: float | None) -> None:
        """Set the state kept before a restart: open for a minute at most, whatever clock wrote the time."""
        self._set(opened_at)
        if opened_at is not None:
            left = opened_at + HALF_OPEN_AFTER_SECONDS - self._clock.now().timestamp()
            left = min(max(left, 0.0), HALF_OPEN_AFTER_SECONDS)
            self._half_open_at = self._clock.monotonic() + left

    def admits(self) -> bool:
        """Return whether a record may be handled. Half open, one may, until its outcome is noted."""
        if self._opened_at is None:
            return True
        if self.is_open or self._trying:
            return False
        self._trying = True
        return True

    def resume(self) -> None:
        """Half-open it at once, because a person asked; nothing happens to a closed one."""
        if self._opened_at is not None:
            self._set(min(self._opened_at, self._clock.now().timestamp() - HALF_OPEN_AFTER_SECONDS))
            self._half_open_at = self._clock.monotonic()
            self._changed(self._opened_at)

    def succeeded(self) -> None:
        """Note that a record was handled."""
        if self.tripped and self.half_open:
            self._set(None)
            self._recent.clear()
            self._failures = 0
            self._changed(None)
        if self._failures or len(self._recent) < RECENT_RECORDS:
            self._note(failed=False)

    def undecided(self) -> None:
        """Note an end of a record that is no evidence about the handler."""
        self._trying = False

    def failed(self) -> None:
        """Note that a record could not be handled, for no fault of its own."""
        self._note(failed=True)
        too_many = self._failures >= MIN_FAILURES and self._failures > MAX_FAILED_FRACTION * len(self._recent)
        if self._opened_at is not None or too_many:
            self._set(self._clock.now().timestamp())
            self._half_open_at = self._clock.monotonic() + HALF_OPEN_AFTER_SECONDS
            self._changed(self._opened_at)

    @property
    def is_open(self) -> bool:
        """Return whether no record may be handled."""
        return self.seconds_left > 0

    @property
    def opened_at(self) -> float | None:
        """Return when it opened last, in seconds since 1970; None while it is closed."""
        return self._opened_at

    @property
    def half_open(self) -> bool:
        """Return whether it was open and one record may be tried."""
        return self._opened_at is not None and not self.is_open

    @property
    def seconds_left(self) -> float:
        """Return the seconds until a record may be tried again; 0 when it is not open."""
        if self._opened_at is None:
            return 0.0
        return max(self._half_open_at - self._clock.monotonic(), 0.0)

    def _set(self, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._trying = False
        self.tripped = opened_at is not None

    def _note(self, *, failed: bool) -> None:
        if len(self._recent) == RECENT_RECORDS and self._recent[0]:
            self._failures -= 1
        self._recent.append(failed)
        self._failures += failed
