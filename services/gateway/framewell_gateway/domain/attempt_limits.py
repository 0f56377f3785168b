"""How long somebody has to wait who was wrong too often: twice as long each time, up to a bound.

Nobody is locked out for ever: a wait ends by itself, attempts during it do not count, and after some calm
everything is forgotten.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` attempts each has to wait twice as long as the one before, `longest` at most.

    After `calm` without an attempt it begins anew.
    """

    name: str
    free: int
    longest: timedelta
    calm: timedelta = timedelta(minutes=15)

    def of_net(self, net: str) -> "Limit":
        """Return the limit of all addresses of a network together, which is the wider the more may use it."""
        width = int(net.rpartition("/")[2])
        times = _WIDE_TIMES if width <= _WIDE_BITS else _NARROW_TIMES
        return replace(self, name=f"{self.name}-{width}", free=self.free * times)


_WIDE_BITS: Final = 32
"""Networks of providers; those of customers are narrower."""
_WIDE_TIMES: Final = 100
_NARROW_TIMES: Final = 10


PASSWORDS_OF_SOURCE: Final = Limit("source", 20, timedelta(minutes=5))
"""Wrong passwords from one address, whatever the login."""
CODES_OF_SOURCE: Final = Limit("code", 20, timedelta(minutes=5))
"""Wrong codes and proofs from one address: who guesses passwords there keeps nobody from using a code."""
PASSWORDS_OF_LOGIN: Final = Limit("login", 5, timedelta(seconds=60))
"""Wrong passwords of one login, from addresses where it never signed in."""
PASSWORDS_OF_PAIR: Final = Limit("pair", 5, timedelta(seconds=60))
"""Wrong passwords of one login from an address where it has signed in: others do not keep it waiting."""
TOKENS_OF_SOURCE: Final = Limit("token", 20, timedelta(seconds=60))
"""Wrong tokens from one address; right ones are taken meanwhile."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is kept of the attempts of somebody: how many, when the last was, when the next may be."""

    count: int
    last_at: datetime
    free_at: datetime


def wait_until(attempts: Attempts | None, now: datetime) -> datetime | None:
    """Return until when to wait; None when an attempt may be made now.

    Who owes no wait has none, also where the last attempt is noted later than `now`: that of another at the
    same moment, or by another gateway's clock.
    """
    if attempts is None or attempts.free_at <= max(attempts.last_at, now):
        return None
    return attempts.free_at


def counted(attempts: Attempts | None, limit: Limit, now: datetime) -> Attempts:
    """Return what is kept once another attempt is made now."""
    if attempts is None or now - attempts.last_at > max(limit.calm, limit.longest * 2):
        attempts = Attempts(0, now, now)
    count = attempts.count + 1
    over = count - limit.free
    wait = min(timedelta(seconds=2.0 ** min(over, 30)), limit.longest) if over >= 0 else timedelta()
    return Attempts(count, now, now + wait)


def taken_back(attempts: Attempts) -> Attempts:
    """Return what is kept when the last attempt was right after all."""
    return replace(attempts, count=max(0, attempts.count - 1), free_at=attempts.last_at)
