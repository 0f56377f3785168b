"""Which dead letters are meant."""

from dataclasses import dataclass, field

from framewell_contracts.dead_letters.handled import State
from framewell_contracts.dead_letters.letter import Letter

WAITING: frozenset[State] = frozenset({"waiting"})
ANY_STATE: frozenset[State] = frozenset({"waiting", "replayed", "discarded"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Letters of these groups that fulfil every condition; an empty condition is none.

    `reason` is looked for in code and reason, in whatever case. `ids` are ids of events, or places of
    letters in full (`group/partition@offset`) or without the group. Times are milliseconds since 1970 and
    mean when a letter was given up: from `since_ms` on, before `until_ms`.
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

    def takes(self, letter: Letter) -> bool:
        """True for a letter that is meant. What costs most is looked at last."""
        return (
            letter.state in self.states
            and self.code in ("", letter.code)
            and (self.since_ms is None or letter.written_ms >= self.since_ms)
            and (self.until_ms is None or letter.written_ms < self.until_ms)
            and self.event_type in ("", letter.event_type)
            and (not self.ids or self._names(letter))
            and self._tells(letter)
            and (not self.asset or letter.asset() == self.asset)
        )

    def _names(self, letter: Letter) -> bool:
        place = str(letter.place)
        return not self.ids.isdisjoint((letter.event_id, place, place.rpartition("/")[2]))

    def _tells(self, letter: Letter) -> bool:
        if not self.reason:
            return True
        return self.reason.casefold() in f"{letter.code} {letter.reason}".casefold()
