"""Facts of the gateway's own."""

from typing import Protocol

from google.protobuf.message import Message


class Announcer(Protocol):
    """Publishes facts of the gateway's own."""

    async def announce(self, message: Message, event_id: str = "") -> str:
        """Publish the fact and return its event id once it can no longer be lost.

        Under an id that was announced before nothing is published; without one the fact is a new event.
        """
        ...
