"""Somebody asks who the faces of a picture from outside are: who and why is kept before anybody is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from framewell.inference.v1.inference_service_pb2 import FaceIdentity
from framewell.media.v1.media_pb2 import FaceAttributes
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import observation_id
from framewell_contracts.sentences import wording_of
from framewell_inference.commands.record_search import RecordSearch, Search
from framewell_inference.domain.messages import IMAGE_CHUNK
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.tracks import FACES
from framewell_inference.domain.verdict_sentences import NO_REASON
from framewell_kit.facts import Cause


@dataclass(slots=True)
class IdentifyFaces:
    """Say who the faces of one call's pictures are, to whoever says why.

    It is recorded as a search by a face before it is given out: of a stream once for each track that comes
    into view, and anew when the reason changes. Without a reason no face is identified, and each says so.
    """

    identify: Callable[[Findings], Awaitable[list[FaceIdentity]]]
    record: RecordSearch
    actor: Actor
    cause: Cause
    _reason: str = ""
    _recorded: set[int] = field(default_factory=set)
    """Tracks that are recorded under the reason."""

    async def __call__(self, found: Sequence[Findings], reason: str) -> list[FaceIdentity]:
        """Return an entry for each face. Raises Busy: what cannot be recorded is not given out."""
        return [
            answer
            for findings in found
            if findings.analyser == FACES and findings.observations
            for answer in await self._of(findings, reason.strip())
        ]

    async def _of(self, faces: Findings, reason: str) -> list[FaceIdentity]:
        if not reason:
            return [_unsaid(faces, ordinal) for ordinal in range(len(faces.observations))]
        answers = await self.identify(faces)
        if reason != self._reason:
            self._reason, self._recorded = reason, set()
        tracks = {_track(one.attributes) for one in faces.observations}
        if not tracks <= self._recorded:
            near = sum(bool(one.nearest_class_id) for one in answers)
            await self.record(Search(FACES, reason, ""), near, self.actor, self.cause)
            self._recorded |= tracks
        return answers


def _track(attributes: object) -> int:
    assert isinstance(attributes, FaceAttributes)
    return attributes.track


def _unsaid(faces: Findings, ordinal: int) -> FaceIdentity:
    return FaceIdentity(
        observation_id=observation_id(IMAGE_CHUNK, faces.analyser, ordinal),
        sentence=NO_REASON,
        wording=wording_of(NO_REASON),
    )
