"""What the picture analysers observe in one picture from outside; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import FaceIdentity
from framewell_contracts.identity import observation_id
from framewell_inference.domain.identity import NOBODY
from framewell_inference.domain.messages import IMAGE_CHUNK, model_version
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.domain.tracks import face_tracks
from framewell_inference.ports.analysers import PictureAnalyser, PictureDecoder
from framewell_inference.ports.models import IdentityModelRepository
from framewell_inference.steps.erase_people import ErasePeople
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class AnalysePicture:
    """Decode in the sandbox, run each analyser once, and name the faces."""

    analysers: Sequence[PictureAnalyser]
    decoder: PictureDecoder
    identities: IdentityModelRepository
    people: ErasePeople

    async def look(self, data: bytes, names: Sequence[str]) -> list[Findings]:
        """Return the findings of the named analysers, or of all.

        Raises Rejected for an unknown name and for bytes that are no picture.
        """
        chosen = self._chosen(names)
        picture = await self.decoder.decode(data)
        return await asyncio.to_thread(_look, chosen, picture)

    async def identify(self, faces: Findings) -> list[FaceIdentity]:
        """Return who the faces of one picture are, one entry a face in order; every face is its own track.

        Somebody who was erased is nobody.
        """
        vectors: Float | None = faces.vectors
        tracks = face_tracks(faces)
        answers = [
            FaceIdentity(observation_id=observation_id(IMAGE_CHUNK, faces.analyser, ordinal))
            for ordinal in range(len(faces.observations))
        ]
        if vectors is None or not tracks:
            return answers
        for ref in await self.identities.in_force():
            model = await self.identities.load(ref)
            if model.embedding != faces.model:
                continue
            decided = await asyncio.to_thread(model.identify, vectors, tracks)
            erased = await self.people.erased({one.class_id for one in decided if one.class_id})
            decided = [NOBODY if one.class_id in erased else one for one in decided]
            for track, identity in zip(tracks, decided, strict=True):
                answer = answers[track.ordinal]
                if not answer.HasField("score") or (identity.class_id and identity.score > answer.score):
                    answer.class_id = identity.class_id or ""
                    answer.score = identity.score if identity.class_id else 0.0
                    answer.model.CopyFrom(model_version(ref))
        return answers

    def _chosen(self, names: Sequence[str]) -> list[PictureAnalyser]:
        known = {analyser.name: analyser for analyser in self.analysers}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise Rejected(f"no analyser is called {unknown[0]!r}; there are {', '.join(known)}")
        return [known[name] for name in names] if names else list(self.analysers)


def _look(analysers: Sequence[PictureAnalyser], picture: Picture) -> list[Findings]:
    frame = Frame(picture, pts=0, index=0, until_pts=1, until_index=1, shot=0)
    found = []
    for analyser in analysers:
        one = analyser.begin(still=True)
        one.look([frame])
        found.append(one.finish())
    return found
