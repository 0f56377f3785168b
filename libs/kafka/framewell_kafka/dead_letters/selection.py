"""Which dead letters are meant."""

from dataclasses import dataclass, field

from framewell_kafka.dead_letters.actions import State
from framewell_kafka.dead_letters.dead_letter import DeadLetter

WAITING: frozenset[State] = frozenset({"waiting"})
ANY_STATE: frozenset[State] = frozenset({"waiting", "replayed", "discarded"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Dead letters of these groups that fulfil every condition; an empty condition is fulfilled by all.

    `reason` is looked for in code and reason, ignoring case. `ids` are ids of events, or of dead letters in
    full (`group/partition@offset`) or without the group. Times are milliseconds since 1970 and mean when a
    dead letter was written: from `since_ms` on, before `until_ms`.
    """

    groups: tuple[str, ...]
    code: str = ""
    reason: str = ""
    event_type: str = ""
    asset: str = ""
    since_ms: int | None = None
    until_ms: int | None = None
    ids: frozenset[str] = frozenset()
    states: frozenset[State] = field(default=WAITING)

    def matches(self, dead_letter: DeadLetter) -> bool:
        """Return True for a dead letter that is meant. What costs most is looked at last."""
        return (
            dead_letter.state in self.states
            and self.code in ("", dead_letter.code)
            and (self.since_ms is None or dead_letter.written_ms >= self.since_ms)
            and (self.until_ms is None or dead_letter.written_ms < self.until_ms)
            and self.event_type in ("", dead_letter.event_type)
            and (not self.ids or self._has_id(dead_letter))
            and self._has_reason(dead_letter)
            and (not self.asset or dead_letter.asset() == self.asset)
        )

    def _has_id(self, dead_letter: DeadLetter) -> bool:
        full = str(dead_letter.id)
        return not self.ids.isdisjoint((dead_letter.event_id, full, full.rpartition("/")[2]))

    def _has_reason(self, dead_letter: DeadLetter) -> bool:
        if not self.reason:
            return True
        return self.reason.casefold() in f"{dead_letter.code} {dead_letter.reason}".casefold()
