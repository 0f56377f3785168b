"""When a record that was not handled is tried again, and when it is given up."""

import random
from dataclasses import dataclass

from framewell_contracts.media_addresses import redacted_text
from framewell_contracts.sentences import say

# NotYet comes back after the handler's own wish, a little later every time, but never later than this.
NOT_YET_MIN_SECONDS, NOT_YET_MAX_SECONDS = 0.05, 30.0
NOT_YET_GROWTH = 1.5
# A wait is lengthened or shortened by up to this fraction of itself, so that records spread.
_JITTER_IN_PLACE, _JITTER_ROUND = 0.5, 0.25

INTERNAL = "failed"
"""Code of a reason that is an exception nobody foresaw."""
INTERNAL_ERROR = say(
    "internal_error", "an internal error of the mesh, and no fault of what was sent; its log says which."
)


class Reason(str):
    """Why a record was given up: one sentence for a person, with its stable `code` for programs.

    `sentence` is the same text, with what it was made of where it was made from a template. Secrets of
    addresses in it are redacted: it is kept and sent.
    """

    __slots__ = ("code", "sentence")
    code: str
    sentence: str

    def __new__(cls, sentence: str, code: str) -> "Reason":
        said = redacted_text(sentence)
        reason = super().__new__(cls, said)
        reason.code, reason.sentence = code, said
        return reason

    def for_senders(self) -> "Reason":
        """Return what a fact may say of it: of an error inside the mesh its place, never its text."""
        return Reason(INTERNAL_ERROR, self.code) if self.code == INTERNAL else self


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a failing record is tried before it is given up.

    In place after each of `in_place_seconds` (jittered, other keys go on), then through the group's retry
    topic after each of `round_seconds`. `NotYet` comes back through the retry topic until the record has
    waited `not_yet_limit_seconds`.
    """

    in_place_seconds: tuple[float, ...] = (0.05, 0.25, 1.0)
    round_seconds: tuple[float, ...] = (5.0, 30.0)
    not_yet_limit_seconds: float = 3600.0

    def in_place(self, failures: int) -> float | None:
        """Return the seconds to wait in place after so many failures; None when that is over."""
        if failures > len(self.in_place_seconds):
            return None
        return _jittered(self.in_place_seconds[failures - 1], _JITTER_IN_PLACE)

    def round(self, rounds: int) -> float | None:
        """Return the seconds to wait in the retry topic after so many rounds; None when it is given up."""
        return (
            _jittered(self.round_seconds[rounds], _JITTER_ROUND) if rounds < len(self.round_seconds) else None
        )


def not_yet_waits(retry_after: float, attempt: int) -> tuple[float, float]:
    """Return how long the earlier attempts waited in all, and how long this one is to wait, in seconds.

    Counted from the waits themselves: the time that a first attempt wrote down is another process's clock.
    """
    waited, wait = 0.0, max(retry_after, NOT_YET_MIN_SECONDS)
    for number in range(1, attempt):
        if wait >= NOT_YET_MAX_SECONDS:
            return waited + (attempt - number) * NOT_YET_MAX_SECONDS, NOT_YET_MAX_SECONDS
        waited, wait = waited + wait, wait * NOT_YET_GROWTH
    return waited, min(wait, NOT_YET_MAX_SECONDS)


def _jittered(seconds: float, fraction: float) -> float:
    return seconds * random.uniform(1 - fraction, 1 + fraction)
