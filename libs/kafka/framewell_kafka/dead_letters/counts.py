"""What a replay or a discard did, in numbers; also when it was cut short."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from framewell_contracts.sentences import say

DAMAGED = say("left.damaged", "its headers do not say where it came from")
TOO_LARGE = say("left.too_large", "it was too large to be kept in the dead letter")
NO_TOPIC = say("left.no_topic", "the topic it came from is not there any more")


@dataclass(slots=True)
class ActionCounts:
    """How many dead letters matched, how many were done, and why the others were not.

    `left_out` counts by reason those that cannot be sent at all; `refused` those the broker rejected, by its
    error; `overtaken` those that somebody else handled meanwhile; `topics` those that can be sent, by topic.
    `oldest_ms` is when the first that matched was given up (milliseconds since 1970), None without any.
    """

    matching: int = 0
    done: int = 0
    overtaken: int = 0
    oldest_ms: int | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)

    def add_matching(self, written_ms: Iterable[int]) -> None:
        """Count dead letters that match, given when each was written."""
        moments = [*written_ms]
        self.matching += len(moments)
        known = () if self.oldest_ms is None else (self.oldest_ms,)
        self.oldest_ms = min((*known, *moments), default=None)
