"""Who is at which letters right now, so that two people at once do not send the same ones.

Before a batch is sent its places are written into the topic of marks, under a token of the process, and
the topic is read up to that record: of two claims to one letter the first in the topic counts. A claim ends
with the next one of the same token. No clock is asked: a process ignores claims older than itself, so one
that died stands in nobody's way, and one that lives costs a newcomer at most its batch under way.
"""

import json
from collections.abc import Sequence

from framewell_contracts.dead_letters.place import Place

_KEY = "claim/"


def claim(token: str, places: Sequence[Place]) -> tuple[bytes, bytes]:
    """Key and value of the record that claims these places and lets go of the former ones."""
    return f"{_KEY}{token}".encode(), json.dumps([str(place) for place in places]).encode()


class Claims:
    """The claims that were read since `forget`."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}
        self._held: dict[str, list[str]] = {}

    def note(self, key: bytes | None, value: bytes | None) -> bool:
        """Take in a record of the topic; False when it is no claim."""
        if key is None or not key.startswith(_KEY.encode()):
            return False
        token = key.decode("utf-8", "replace").removeprefix(_KEY)
        for place in self._held.pop(token, ()):
            if self._holders.get(place) == token:
                del self._holders[place]
        self._held[token] = places = _places(value)
        for place in places:
            self._holders.setdefault(place, token)
        return True

    def holder(self, place: Place) -> str:
        """The token that holds the letter; empty when nobody does."""
        return self._holders.get(str(place), "")

    def forget(self) -> None:
        """Whoever claimed something until now may be dead."""
        self._holders.clear()
        self._held.clear()


def _places(value: bytes | None) -> list[str]:
    try:
        said = json.loads(value or b"[]")
    except ValueError:
        return []
    return [str(place) for place in said] if isinstance(said, list) else []
