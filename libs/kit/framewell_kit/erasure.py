"""The right to be forgotten, answered by every service: a subject in, what it erased of it out.

    Erase("transcode", asset=EraseAsset(...))

Used as the handler of a stage that decides once (`decide_once`): a redelivery finds nothing left to erase,
and the first answer counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected


class Eraser(Protocol):
    """What a service knows of one kind of subject, and how that goes."""

    async def __call__(
        self, subject_id: str, request: ErasureRequested, cause: Cause, /
    ) -> Mapping[str, int]:
        """Erase what the service holds of the subject; return how many things of each kind went.

        Repeating it is safe and finds nothing more. May raise Busy and NotYet.
        """
        ...


@dataclass(frozen=True, slots=True)
class Erase:
    """Answer a request to forget with one ErasureCompleted.

    A kind of subject without an eraser is one that this service holds nothing of: it answers without counts.
    Raises Rejected (code `unknown_subject`) for a subject that nobody can be asked to forget.
    """

    service: str
    asset: Eraser | None = None
    class_: Eraser | None = None
    holder: Eraser | None = None

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[ErasureCompleted]:
        kind = fact.subject.WhichOneof("subject")
        erasers = {"asset_id": self.asset, "class_id": self.class_, "holder": self.holder}
        subject_id = getattr(fact.subject, kind) if kind is not None else ""
        if kind not in erasers or not subject_id:
            raise Rejected(
                f"erasure {fact.erasure_id!r} names no asset, class or holder to be forgotten",
                code="unknown_subject",
            )
        eraser = erasers[kind]
        counts = {} if eraser is None else await eraser(subject_id, fact, cause)
        return [
            ErasureCompleted(
                erasure_id=fact.erasure_id,
                subject=fact.subject,
                service=self.service,
                counts=[ErasedCount(kind=each, count=counts[each]) for each in sorted(counts)],
            )
        ]
