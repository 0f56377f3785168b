"""What the picture analysers observe in one picture from outside; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import FaceIdentity
from framewell.media.v1.media_pb2 import FaceAttributes
from framewell_contracts.identity import observation_id
from framewell_contracts.sentences import say, wording_of
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.messages import IMAGE_CHUNK, model_version
from framewell_inference.domain.observations import Findings, Observation
from framewell_inference.domain.one_name_a_frame import named_once
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.domain.tracks import face_tracks
from framewell_inference.domain.verdict_sentences import NO_MODEL, VERDICTS, WITHOUT, verdict_sentence
from framewell_inference.ports.analysers import Analysers, PictureAnalyser, PictureDecoder
from framewell_inference.ports.calls import (
    Call,
    ModelBusyError,
    Priority,
    RunEndedError,
    RunFailedError,
    calling,
)
from framewell_inference.ports.models import IdentityModelRepository
from framewell_inference.steps.erase_people import ErasePeople
from framewell_kit.outcomes import Busy, Rejected
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class AnalysePicture:
    """Decode in the sandbox, run each analyser once, and name the faces.

    `declared` gives the analyser of a declared model by name, None for none.
    """

    shipped: Analysers
    declared: Callable[[str], PictureAnalyser | None]
    decoder: PictureDecoder
    identities: IdentityModelRepository
    people: ErasePeople

    async def look(
        self, data: bytes, names: Sequence[str], *, live: bool = False, deadline: float | None = None
    ) -> list[Findings]:
        """Return the findings of the named analysers, or of all.

        Live pictures are looked at before others; `deadline` is a time of `time.monotonic()`. Raises Rejected
        for an unknown name, for bytes that are no picture, and where a model cannot look at this picture;
        Busy when the models have too much to do.
        """
        chosen = self._chosen(names)
        picture = await self.decoder.decode(data)
        call = Call(Priority.LIVE if live else Priority.ARCHIVE, deadline=deadline, patient=False)
        try:
            with calling(call):
                return await asyncio.to_thread(_look, chosen, picture)
        except ModelBusyError as error:
            raise Busy(str(error), error.retry_after) from error
        except (RunFailedError, RunEndedError) as error:
            raise Rejected(
                say("analyser_failed", "the picture cannot be analysed: {why}", why=error)
            ) from error
        finally:
            call.end("the caller has gone")

    async def identify(self, faces: Findings) -> list[FaceIdentity]:
        """Return who the faces of one picture are, one entry a face in order; every face is its own track.

        Somebody who was erased is nobody.
        """
        tracks = face_tracks(faces)
        answers = [
            FaceIdentity(observation_id=observation_id(IMAGE_CHUNK, faces.analyser, ordinal))
            for ordinal in range(len(faces.observations))
        ]
        if faces.vectors is None:
            return answers
        vectors: Mapping[ModelRef, Float] = {faces.model: faces.vectors, **faces.beside}
        best: dict[int, tuple[Identity, ModelRef]] = {}
        for ref in await self.identities.in_force():
            model = await self.identities.load(ref)
            if model.embedding not in vectors:
                continue
            decided = await asyncio.to_thread(model.identify, vectors[model.embedding], tracks)
            erased = await self.people.erased({each for one in decided for each in one.classes})
            for track, identity in zip(tracks, decided, strict=True):
                sound = NOBODY if identity.classes & erased else identity
                if track.ordinal not in best or _nearer(sound, best[track.ordinal][0]):
                    best[track.ordinal] = sound, ref
        once = named_once([identity for identity, _ in best.values()], [(0,)] * len(best))
        best = {at: (one, ref) for (at, (_, ref)), one in zip(best.items(), once, strict=True)}
        named = frozenset(one.class_id for one in once if one.class_id)
        for ordinal, answer in enumerate(answers):
            answer.MergeFrom(_answer(faces.observations[ordinal], best.get(ordinal), named))
        return answers

    def _chosen(self, names: Sequence[str]) -> list[PictureAnalyser]:
        known = {analyser.name: analyser for analyser in self.shipped.pictures}
        absent = {one.name: one.reason for one in self.shipped.absent}
        for name in names:
            if name not in known and (declared := self.declared(name)) is not None:
                known[name] = declared
        unknown = [name for name in names if name not in known]
        if unknown and unknown[0] in absent:
            raise Rejected(absent[unknown[0]])
        if unknown:
            raise Rejected(
                say(
                    "analyser_unknown",
                    "no analyser is called {analyser}; there are {known}",
                    analyser=f"{unknown[0]!r}",
                    known=", ".join(known),
                )
            )
        return [known[name] for name in dict.fromkeys(names)] if names else list(self.shipped.pictures)


def _look(analysers: Sequence[PictureAnalyser], picture: Picture) -> list[Findings]:
    frame = Frame(picture, pts=0, index=0, until_pts=1, until_index=1, shot=0)
    found = []
    for analyser in analysers:
        one = analyser.begin(still=True)
        one.look([frame])
        found.append(one.finish())
    return found


def _nearer(one: Identity, other: Identity) -> bool:
    """Return whether one decision says more than another: a name before none, then the higher score."""
    return (one.class_id is not None, one.score) > (other.class_id is not None, other.score)


def _answer(
    face: Observation, decided: tuple[Identity, ModelRef] | None, named: Collection[str]
) -> FaceIdentity:
    """Return what is answered about one face; `decided` is None where no identity model reads its vector.

    `named` are the classes that faces of the picture are named as.
    """
    assert isinstance(face.attributes, FaceAttributes)
    if face.vector is None:
        without = WITHOUT.get(face.attributes.without_vector, "")
        return FaceIdentity(sentence=without, wording=wording_of(without))
    if decided is None:
        return FaceIdentity(sentence=NO_MODEL, wording=wording_of(NO_MODEL))
    identity, ref = decided
    said = verdict_sentence(identity, twice=identity.nearest in named)
    answer = FaceIdentity(
        class_id=identity.class_id or "",
        score=identity.score if identity.class_id else 0.0,
        model=model_version(ref),
        verdict=VERDICTS[identity.verdict],
        nearest_class_id=identity.nearest or "",
        sentence=said,
        wording=wording_of(said),
    )
    if identity.nearest is not None:
        answer.distance = identity.distance
    return answer
