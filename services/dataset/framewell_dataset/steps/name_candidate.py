"""Whom a candidate is taken for: the caption's name, after asking what is stored about it and the face."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC

import numpy as np

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.sample.v1.sample_pb2 import Evidence
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.domain.class_facts import CLASS_CHANGE_CREATED, class_fact
from framewell_dataset.domain.classes import Dataset, DatasetClass, class_id
from framewell_dataset.domain.observations import NO_VECTORS, Described, Vectors
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import SampleRepository, VectorRepository
from framewell_dataset.rules.candidates import PERSON, Candidate
from framewell_dataset.rules.known_faces import Found, KnownClass, Match, look_up
from framewell_dataset.rules.names import PersonName
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_kit.facts import Cause

KNOWN_STATES = (State.PROPOSED, State.ACCEPTED)
"""States whose faces and names a new sample is compared with."""

MOST_COMPARED = 256
"""Samples of one class that a face is compared with, the newest ones: more tell nothing new."""

COMPARED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the candidate is taken for: a class (empty: nobody knows), or a question about it."""

    class_id: str
    question: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class NameCandidate:
    """Finds or makes the class of a candidate.

    A name that the dataset knows costs the comparison with its own newest samples; only a new name is
    compared with every sample of the dataset, once in its life, since any of them may be the same face.
    """

    samples: SampleRepository
    vectors: VectorRepository
    classes: ClassRepository
    forgotten: ForgottenNames

    async def __call__(self, dataset: Dataset, candidate: Candidate, actor: Actor, cause: Cause) -> Named:
        """Return whom the caption means. Makes the class of a new name; doing it again finds it.

        Somebody who is forgotten while that goes on is nobody: no class of theirs stays.
        """
        doubts = tuple(
            Evidence(kind="question", sentence=doubt, wording=wording_of(doubt)) for doubt in candidate.doubts
        )
        if candidate.named is None:
            return Named("", True, candidate.evidence + doubts)
        found = await self._look_up(dataset, candidate.named.name, _centroid(candidate.described))
        evidence = (*candidate.evidence, *doubts, *_stored_evidence(found))
        if found.match.conflict:
            return Named("", True, evidence)
        if found.of is not None:
            return Named(found.of.merged_into or found.of.class_id, not candidate.complete, evidence)
        made = await self._new_class(dataset, candidate.named, actor, cause)
        return Named(made, not made or not candidate.complete, evidence)

    async def is_forgotten(self, named: PersonName) -> bool:
        """Return whether the person was erased: then the name is never learned again."""
        return await self.forgotten.holds_in(named.name)

    async def _look_up(self, dataset: Dataset, name: str, face: Described) -> Found:
        namesakes = await self.classes.named(dataset.dataset_id, name)
        if namesakes:
            return look_up(name, face.rows, [await self._known(each, face.space) for each in namesakes])
        nearest = await self._nearest(dataset, face)
        return look_up(name, face.rows, [] if nearest is None else [nearest])

    async def _known(self, named: DatasetClass, space: str) -> KnownClass:
        newest = await self.samples.newest_of_class(named.class_id, KNOWN_STATES, MOST_COMPARED)
        return KnownClass(named, _stacked([rows async for _, rows in self._centroids(newest, space)]))

    async def _nearest(self, dataset: Dataset, face: Described) -> KnownClass | None:
        """Return the class of the dataset whose samples are nearest to a face, None while it has none."""
        nearest: tuple[float, str, Vectors] | None = None
        batch: list[Sample] = []
        async for sample in self.samples.in_state(dataset.dataset_id, KNOWN_STATES):
            batch.append(sample)
            if len(batch) == COMPARED_AT_ONCE:
                nearest = await self._nearer(nearest, batch, face)
                batch = []
        nearest = await self._nearer(nearest, batch, face)
        named = await self.classes.get(nearest[1]) if nearest else None
        return KnownClass(named, nearest[2][None, :]) if nearest and named else None

    async def _nearer(
        self, nearest: tuple[float, str, Vectors] | None, batch: Iterable[Sample], face: Described
    ) -> tuple[float, str, Vectors] | None:
        async for sample, centroid in self._centroids(batch, face.space):
            distance = float(np.linalg.norm(centroid - face.rows))
            if nearest is None or (distance, sample.class_id) < nearest[:2]:
                nearest = distance, sample.class_id, centroid
        return nearest

    async def _centroids(
        self, samples: Iterable[Sample], space: str
    ) -> AsyncIterator[tuple[Sample, Vectors]]:
        """Yield the samples that have a class beyond doubt, each with its centroid in a space."""
        sure = [sample for sample in samples if sample.class_id and not sample.question]
        vectors = await self.vectors.get([sample.sample_id for sample in sure], space)
        for sample in sure:
            rows = vectors.get(sample.sample_id)
            if rows is not None and len(rows):
                yield sample, rows.mean(axis=0)

    async def _new_class(self, dataset: Dataset, named: PersonName, actor: Actor, cause: Cause) -> str:
        made = DatasetClass(
            class_id=class_id(dataset.dataset_id, named.name, self.forgotten.hashes),
            dataset_id=dataset.dataset_id,
            name=named.name,
            fictional=named.fictional,
            changed_at=actor.decided_at.ToDatetime(tzinfo=UTC),
            changed_by=actor.principal,
        )
        await self.classes.add(made, class_fact(made, CLASS_CHANGE_CREATED, actor), cause)
        if await self.forgotten.holds_any(made.names, {}):
            await self.classes.forget(made.class_id, actor, cause)
            return ""
        return made.class_id


def _centroid(face: Described) -> Described:
    return Described(face.space, face.rows.mean(axis=0))


def _stacked(rows: list[Vectors]) -> Vectors:
    return np.stack(rows) if rows else NO_VECTORS


def _stored_evidence(found: Found) -> tuple[Evidence, ...]:
    if found.match is Match.NEW:
        return ()
    other = found.of.class_id if found.of else ""
    sentence = {
        Match.SAME: say("evidence.same", "A sample of {person} shows a similar face.", person=PERSON),
        Match.OTHER_SPELLING: say(
            "evidence.other_spelling",
            "The caption spells the name otherwise, and the face is that of {person}.",
            person=PERSON,
        ),
        Match.FACE_OF_ANOTHER: say(
            "evidence.face_of_another",
            "The caption names somebody else, but the face is like that of class {class_id}: "
            "one of the two is wrong.",
            class_id=other,
        ),
        Match.NAME_OF_ANOTHER: say(
            "evidence.name_of_another",
            "The caption names class {class_id}, but its faces look different.",
            class_id=other,
        ),
    }[found.match]
    near = 0.0 if found.distance == float("inf") else max(0.0, 1 - found.distance)
    return (Evidence(kind="known_face", sentence=sentence, wording=wording_of(sentence), score=near),)
