"""What people did with dead letters, remembered by the broker itself: one compacted topic of marks.

The key of a mark is the place of its letter, so the newest deed on a letter is the one that counts and
the topic stays as long as there are letters. A mark is written only after what it tells of was
acknowledged. Committed offsets would not do: they say "everything up to here", and whoever replays the
letters of one code leaves others lying between them.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

from aiokafka import TopicPartition

from framewell_contracts.dead_letters.claims import Claims
from framewell_contracts.dead_letters.place import Place
from framewell_contracts.topic_reading import POLL_MS

Deed = Literal["replayed", "discarded", "restored"]
State = Literal["waiting", "replayed", "discarded"]
_DEEDS = ("replayed", "discarded", "restored")


@dataclass(frozen=True, slots=True)
class Mark:
    """What was done with one letter, last: the deed, when (milliseconds since 1970), by whom and why.

    `times` counts how often the letter was sent again. `letter_ms` is when the letter was written: a mark
    that says another time belongs to a letter of a topic that was deleted and made anew.
    """

    deed: Deed
    at_ms: int
    by: str
    letter_ms: int
    times: int = 0
    reason: str = ""

    @property
    def state(self) -> State:
        """What the deed makes of the letter: one that was restored waits again."""
        return "waiting" if self.deed == "restored" else self.deed

    def value(self) -> bytes:
        """As the value of a record."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()


class Handled:
    """The newest mark of every letter of some groups (some 400 bytes each), and who is at which now."""

    def __init__(
        self, consumer: Any, partitions: Collection[TopicPartition], groups: Collection[str]
    ) -> None:
        self._consumer = consumer
        self._partitions = tuple(partitions)
        self._groups = frozenset(groups)
        self._marks: dict[str, dict[tuple[int, int], bytes]] = {group: {} for group in groups}
        self.claims = Claims()

    async def open(self, since_ms: int | None = None) -> None:
        """Read what there is: everything, or what can concern letters given up from this moment on.

        A mark's record is never older than its letter.
        """
        self._consumer.assign(self._partitions)
        if not self._partitions:
            return
        if since_ms is None:
            await self._consumer.seek_to_beginning(*self._partitions)
        else:
            found = await self._consumer.offsets_for_times(dict.fromkeys(self._partitions, since_ms))
            ends = await self._consumer.end_offsets(self._partitions)
            for one, at in found.items():
                self._consumer.seek(one, ends[one] if at is None else at.offset)
        await self.catch_up()
        self.claims.forget()

    async def catch_up(self) -> None:
        """Read what was marked since the last time, by anybody."""
        ends = await self._consumer.end_offsets(self._partitions) if self._partitions else {}
        while behind := [one for one, end in ends.items() if await self._consumer.position(one) < end]:
            for records in (await self._consumer.getmany(*behind, timeout_ms=POLL_MS)).values():
                for record in records:
                    self._note(record)

    def of(self, place: Place, letter_ms: int) -> Mark | None:
        """The mark of the letter written there at that time."""
        said = self._marks[place.group].get(place[1:])
        mark = None if said is None else _read(said)
        return mark if mark is not None and mark.letter_ms == letter_ms else None

    def _note(self, record: Any) -> None:
        if self.claims.note(record.key, record.value):
            return
        try:
            place = Place.parse(record.key.decode())
        except (ValueError, AttributeError):
            return  # not one of ours: whoever wrote it marked nothing
        if place.group in self._groups and record.value is not None:
            self._marks[place.group][place[1:]] = record.value


def _read(value: bytes) -> Mark | None:
    try:
        mark = Mark(**json.loads(value))
    except (ValueError, TypeError):
        return None
    return mark if mark.deed in _DEEDS else None
