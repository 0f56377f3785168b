"""What a handler takes and gives: facts in, facts out, and the cause that ties them.

Pure: handlers import this module, so it knows neither the broker nor the database.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from google.protobuf.message import Message

from framewell.mesh.v1.mesh_pb2 import LANE_UNSPECIFIED, Lane
from framewell_contracts.identity import derived_id

M_contra = TypeVar("M_contra", bound=Message, contravariant=True)


class Cause(NamedTuple):
    """The event that a handler answers: everything of its envelope a handler may need.

    `subject` is the asset's id wherever there is one; `attempt` counts from 1; a fact from outside may
    have been handled before in every attempt, also the first.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str = ""
    lane: "Lane.ValueType" = LANE_UNSPECIFIED
    attempt: int = 1
    traceparent: str | None = None


class Origin(NamedTuple):
    """Where a fact was written first, and the bytes that were written: what an audit holds on to.

    `topic` is without the mesh's prefix; the position stays the same when the record is retried.
    """

    topic: str
    partition: int
    offset: int
    value: bytes


origin: ContextVar[Origin] = ContextVar("origin")
"""The record that is being handled, set for stages that ask for it (`Stage.origin`)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An outgoing fact with more to say than its message.

    `id`: the event id, where it is not derived from the cause (a fan-in's).
    `lane`: where it is neither the message's own lane nor the cause's.
    `subject`: the asset, where the message does not name it and it is not the cause's.
    """

    message: Message
    id: str | None = None
    lane: "Lane.ValueType | None" = None
    subject: str | None = None


Outgoing: TypeAlias = Message | Fact


def by_content(message: Message, cause_id: str) -> Fact:
    """Return a fact whose id follows from what caused it and from its content.

    For what may be said otherwise when its cause is handled again: then that is another event.
    """
    content = sha256(message.SerializeToString(deterministic=True)).hexdigest()
    return Fact(message, id=derived_id(cause_id, message.DESCRIPTOR.full_name, content))


class Handler(Protocol[M_contra]):
    """One sentence of the mesh: this fact in, those facts out.

    It runs at least once per fact. Its effects are idempotent (insert-once by a meaningful id), and its
    facts follow from the fact and the objects it names alone, or it decides once through a decision log.
    """

    async def __call__(self, fact: M_contra, cause: Cause) -> Sequence[Outgoing]: ...
