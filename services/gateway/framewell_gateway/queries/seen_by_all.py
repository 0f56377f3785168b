"""What whoever asks for it sees together with all others who ask at that time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from framewell.gateway.v1.counts_pb2 import Counts
from framewell.gateway.v1.mesh_view_pb2 import MeshView
from framewell_gateway.domain.principals import acting
from framewell_gateway.steps.share_looks import ShareLooks

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", Counts, MeshView)


@dataclass(frozen=True, slots=True)
class SeenByAll(Generic[Q, A]):
    """Answer with what a query sees now or, where that takes its time, has seen before: the answer says so.

    Callers in the same role share it: services may refuse in one role what they answer in another.
    """

    query: Callable[[Q], Awaitable[A]]
    looks: ShareLooks

    async def __call__(self, request: Q) -> A:
        asked = request.SerializeToString(deterministic=True)
        question = (request.DESCRIPTOR.full_name, acting.get().authority, asked)
        seen = await self.looks.see(question, lambda: self.query(request))
        answer = type(seen.what)()
        answer.CopyFrom(seen.what)
        answer.refreshing = not seen.is_new
        return answer
