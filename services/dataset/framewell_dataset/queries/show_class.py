"""Classes with their samples counted, and one of these to show."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.dataset.v1.dataset_pb2 import ClassSamples
from framewell_dataset.domain.samples import State
from framewell_dataset.ports.review import SampleRepository, Wanted
from framewell_dataset.queries.show_sample import crop_path

SHOWN: Final = (State.ACCEPTED, State.PROPOSED)
"""A picture is one of these, the first there is."""

AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class CountOfClasses:
    """Counts by an index; one sample of each class is read."""

    samples: SampleRepository

    async def __call__(self, class_ids: Sequence[str]) -> list[ClassSamples]:
        """Return what each class has, in the order of their ids."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(class_id: str) -> ClassSamples:
            async with turns:
                return await self._one(class_id)

        return list(await asyncio.gather(*(one(each) for each in class_ids)))

    async def _one(self, class_id: str) -> ClassSamples:
        states = (State.ACCEPTED, State.PROPOSED, State.WITHHELD)
        accepted, proposed, withheld = [
            await self.samples.count_wanted(Wanted(class_id=class_id, states=[state])) for state in states
        ]
        answer = ClassSamples(accepted=accepted, proposed=proposed, withheld=withheld)
        for state, count in zip(SHOWN, (accepted, proposed), strict=True):
            newest = await self.samples.newest_of_class(class_id, [state], 1) if count else []
            if newest and newest[0].crops:
                answer.sample_id, answer.path = newest[0].sample_id, crop_path(newest[0])
                break
        return answer
