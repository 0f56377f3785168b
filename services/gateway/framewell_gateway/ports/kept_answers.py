"""What the gateway needs to answer a request twice with one effect: where answers are kept for a day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A request under an idempotency key, and its answer once there is one.

    `request` is a hash of what was asked; `status` is 0 while it is being answered, by `holder`. `content` is
    the answer's body, enciphered with the key, which is not kept.
    """

    name: str
    request: str
    holder: str
    expires_at: datetime
    leased_until: datetime
    status: int = 0
    content: bytes = b""
    media_type: str = ""


class KeptAnswers(Protocol):
    """Answers by the hash of caller, operation and key. Every method raises Busy while the store is away."""

    async def begin(self, answer: KeptAnswer) -> bool:
        """Note that a request is being answered; False when its name is taken."""
        ...

    async def get(self, name: str) -> KeptAnswer | None:
        """Return what is kept under a name, None when nothing is."""
        ...

    async def take_over(self, before: KeptAnswer, holder: str, until: datetime) -> bool:
        """Answer in the place of a process that did not end; False when another did so first."""
        ...

    async def end(self, name: str, holder: str, status: int, content: bytes, media_type: str) -> None:
        """Keep the answer, unless somebody else has taken over."""
        ...

    async def drop(self, name: str, holder: str) -> None:
        """Keep nothing: the request was refused or failed, and may be made again."""
        ...
