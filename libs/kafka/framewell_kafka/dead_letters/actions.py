"""The audit trail of dead letters: one compacted topic of what people did with them.

The key of a record is the id of its dead letter, so the newest action on it is the one that counts and the
topic stays as long as there are dead letters. An action is written only after what it says was acknowledged.
Committed offsets would not do: they say "everything up to here", and whoever replays the dead letters of one
code leaves others between them.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

from aiokafka import TopicPartition

from framewell_kafka.dead_letters.claims import Claims
from framewell_kafka.dead_letters.dead_letter_id import DeadLetterId
from framewell_kafka.topic_reading import POLL_MS

ActionKind = Literal["replayed", "discarded", "restored"]
State = Literal["waiting", "replayed", "discarded"]
_KINDS = ("replayed", "discarded", "restored")


@dataclass(frozen=True, slots=True)
class Action:
    """The last thing done with one dead letter: what, when (milliseconds since 1970), by whom and why.

    `times` counts how often it was sent again. `dead_letter_ms` is when the dead letter was written: an
    action with another time belongs to a dead letter of a topic that was deleted and created again.
    """

    kind: ActionKind
    at_ms: int
    by: str
    dead_letter_ms: int
    times: int = 0
    reason: str = ""

    @property
    def state(self) -> State:
        """Return the state of the dead letter after it: one that was restored waits again."""
        return "waiting" if self.kind == "restored" else self.kind

    def value(self) -> bytes:
        """Return it as the value of a record."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()


class ActionLog:
    """The newest action on every dead letter of some groups (some 400 bytes each), and the claims on them."""

    def __init__(
        self, consumer: Any, partitions: Collection[TopicPartition], groups: Collection[str]
    ) -> None:
        self._consumer = consumer
        self._partitions = tuple(partitions)
        self._groups = frozenset(groups)
        self._actions: dict[str, dict[tuple[int, int], bytes]] = {group: {} for group in groups}
        self.claims = Claims()

    async def open(self, since_ms: int | None = None) -> None:
        """Read everything, or only what can concern dead letters written from `since_ms` on.

        The record of an action is never older than its dead letter.
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
        self.claims.clear()

    async def catch_up(self) -> None:
        """Read what anybody wrote since the last call."""
        ends = await self._consumer.end_offsets(self._partitions) if self._partitions else {}
        while behind := [one for one, end in ends.items() if await self._consumer.position(one) < end]:
            for records in (await self._consumer.getmany(*behind, timeout_ms=POLL_MS)).values():
                for record in records:
                    self._apply(record)

    def last(self, dead_letter_id: DeadLetterId, written_ms: int) -> Action | None:
        """Return the newest action on the dead letter that was written there at that time."""
        value = self._actions[dead_letter_id.group].get(dead_letter_id[1:])
        action = None if value is None else _parse(value)
        return action if action is not None and action.dead_letter_ms == written_ms else None

    def _apply(self, record: Any) -> None:
        if self.claims.apply(record.key, record.value):
            return
        try:
            dead_letter_id = DeadLetterId.parse(record.key.decode())
        except (ValueError, AttributeError):
            return  # not written by a store
        if dead_letter_id.group in self._groups and record.value is not None:
            self._actions[dead_letter_id.group][dead_letter_id[1:]] = record.value


def _parse(value: bytes) -> Action | None:
    try:
        action = Action(**json.loads(value))
    except (ValueError, TypeError):
        return None
    return action if action.kind in _KINDS else None
