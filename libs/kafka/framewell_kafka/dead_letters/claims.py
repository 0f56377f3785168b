"""Claims on dead letters, so that two operators at once do not send the same ones.

Before a batch is sent, the ids of its dead letters are written into the topic of actions under a token of
the process, and the topic is read up to that record: of two claims to one dead letter the first in the topic
counts. A claim ends with the next one of the same token. No clock is involved: a process ignores claims older
than itself, so one that died blocks nobody, and one that lives costs a newcomer at most its batch in flight.
"""

import json
from collections.abc import Sequence

from framewell_kafka.dead_letters.dead_letter_id import DeadLetterId

_KEY = "claim/"


def claim(token: str, ids: Sequence[DeadLetterId]) -> tuple[bytes, bytes]:
    """Return key and value of the record that claims these dead letters and releases the former ones."""
    return f"{_KEY}{token}".encode(), json.dumps([str(one) for one in ids]).encode()


class Claims:
    """The claims that were read since `clear`."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}
        self._held: dict[str, list[str]] = {}

    def apply(self, key: bytes | None, value: bytes | None) -> bool:
        """Take in a record of the topic of actions; return False when it is no claim."""
        if key is None or not key.startswith(_KEY.encode()):
            return False
        token = key.decode("utf-8", "replace").removeprefix(_KEY)
        for one in self._held.pop(token, ()):
            if self._holders.get(one) == token:
                del self._holders[one]
        self._held[token] = claimed = _ids(value)
        for one in claimed:
            self._holders.setdefault(one, token)
        return True

    def holder(self, dead_letter_id: DeadLetterId) -> str:
        """Return the token that holds the dead letter; empty when nobody does."""
        return self._holders.get(str(dead_letter_id), "")

    def clear(self) -> None:
        """Drop every claim: whoever made it may be dead."""
        self._holders.clear()
        self._held.clear()


def _ids(value: bytes | None) -> list[str]:
    try:
        ids = json.loads(value or b"[]")
    except ValueError:
        return []
    return [str(one) for one in ids] if isinstance(ids, list) else []
