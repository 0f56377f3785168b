"""model.registered -> the models of others on this replica: loaded, in force, enabled, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_inference.ports.registrations import ModelRegistrations, RegisteredModels
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class FollowRegistrations:
    """Bring this replica to what is registered of a name.

    Every replica reads the topic from its beginning, so one that was away has every model before it takes
    work. What is registered by now is followed at once, so that nothing is asked for that was removed since.
    An older revision, and a redelivery, change nothing. Raises Busy while objects cannot be read.
    """

    models: RegisteredModels
    registrations: ModelRegistrations

    async def __call__(self, fact: ModelRegistered, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        now = await self.registrations.get(fact.name)
        await self.models.follow(now if now.revision > fact.revision else fact)
        return []
