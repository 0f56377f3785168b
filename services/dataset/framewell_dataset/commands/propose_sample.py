"""A person points at a region: this is that class."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import Box, Moment
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.sample.v1.sample_pb2 import Evidence
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.domain.assets import seconds_per_tick
from framewell_dataset.domain.classes import Dataset, DatasetClass
from framewell_dataset.domain.geometry import Sighting, overlap
from framewell_dataset.domain.observations import FaceTrack, SeenInChunk, tracks_of
from framewell_dataset.domain.sample_facts import change_fact
from framewell_dataset.domain.samples import DECIDED, Sample
from framewell_dataset.ports.assets import AnalysisReader, AssetRepository, ChunkRepository
from framewell_dataset.ports.catalogue import ClassRepository, DatasetRepository
from framewell_dataset.ports.review import Note, WordRepository
from framewell_dataset.rules.candidates import PERSON, Candidate
from framewell_dataset.rules.crops import best_effort, choose
from framewell_dataset.steps.keep_evidence import KeepEvidence
from framewell_dataset.steps.make_sample import Sighted
from framewell_dataset.steps.name_candidate import Named
from framewell_dataset.steps.register_candidate import RegisterCandidate
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected

NEAREST_SECONDS = 1.0
"""Pictures are sampled twice a second: the nearest one to where a person points is closer than this."""

SMALLEST_OVERLAP = 0.2
RULE = "person"


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the person pointed at, and the note with it."""

    moment: Moment
    box: Box
    note: str


@dataclass(frozen=True, slots=True)
class ProposeSample:
    """Finds the face that was analysed there and makes a sample of its track.

    Raises NotFound for an unknown asset, dataset or class, Rejected when no face was found there,
    Conflict when a person decided about that very sighting before.
    """

    assets: AssetRepository
    chunks: ChunkRepository
    datasets: DatasetRepository
    classes: ClassRepository
    analyses: AnalysisReader
    words: WordRepository
    register: RegisterCandidate
    keep_evidence: KeepEvidence

    async def __call__(
        self, dataset_id: str, class_id: str, asset_id: str, pointed: Pointed, by: tuple[Actor, Cause]
    ) -> Sample:
        actor, cause = by
        dataset, named = await self._class(dataset_id, class_id)
        asset = await self.assets.get(asset_id)
        if asset is None or asset.removed:
            raise NotFound(
                say("asset_unknown.dataset", "asset {asset_id} is not known here", asset_id=asset_id)
            )
        track, seen = await self._face(asset_id, pointed)
        note_id = "" if not pointed.note.strip() else str(uuid4())
        said = say("evidence.person", "A person pointed at {person}.", person=PERSON)
        words = Evidence(kind="person", sentence=said, wording=wording_of(said), score=1.0, note_id=note_id)
        crops = choose(track.faces)
        candidate = Candidate(track, crops if crops.faces else best_effort(track.faces), (words,))
        if not candidate.crops.faces:
            raise Rejected(
                say("face_too_small", "the face there is too small to be described: point at a larger one")
            )
        same = await self.register.same(asset_id, dataset_id, candidate.span, candidate.trajectory)
        if same:
            await self._note(same[0].sample_id, named, note_id, pointed.note)
            return await self._again(same[0], named, words, actor, cause)
        sighted = Sighted(asset, dataset, candidate, [seen])
        made = await self.register.make(sighted, Named(named.class_id, False, (words,)))
        provenance = made.provenance
        provenance.proposed_by.CopyFrom(actor)
        sample = replace(made, rule=RULE, provenance=provenance)
        await self._note(sample.sample_id, named, note_id, pointed.note)
        await self.register.insert(sample, candidate, actor, cause)
        return await self.register.changes.recheck(sample, actor, cause)

    async def _note(self, sample_id: str, named: DatasetClass, note_id: str, text: str) -> None:
        """Keep what the person said, before the sample refers to it."""
        if note_id:
            await self.words.keep(Note(note_id, sample_id, frozenset({named.class_id}), text))

    async def _class(self, dataset_id: str, class_id: str) -> tuple[Dataset, DatasetClass]:
        dataset = await self.datasets.get(dataset_id)
        named = await self.classes.get(class_id)
        if dataset is None:
            raise NotFound(
                say("dataset_unknown", "dataset {dataset_id} does not exist", dataset_id=dataset_id)
            )
        if named is None or named.dataset_id != dataset_id:
            raise NotFound(
                say(
                    "class_unknown.dataset",
                    "class {class_id} does not exist in dataset {dataset_id}",
                    class_id=class_id,
                    dataset_id=dataset_id,
                )
            )
        return dataset, named

    async def _face(self, asset_id: str, pointed: Pointed) -> tuple[FaceTrack, SeenInChunk]:
        wanted = Sighting.of(pointed.moment.pts, pointed.box)
        found: list[tuple[float, int, FaceTrack, SeenInChunk]] = []
        for chunk in await self._near(asset_id, pointed.moment.pts):
            seen = await self.analyses.seen(chunk)
            within = NEAREST_SECONDS / float(seconds_per_tick(chunk.work.timeline))
            for track in tracks_of(seen.faces):
                for face in track.faces:
                    away = abs(face.moment.pts - wanted.pts)
                    shared = overlap(face.sighting, wanted)
                    if away <= within and shared >= SMALLEST_OVERLAP:
                        found.append((-shared, away, track, seen))
        if not found:
            raise Rejected(
                say(
                    "no_face_there",
                    "no face was found there: point at a face, in a picture that was analysed",
                )
            )
        _, _, track, seen = min(found, key=lambda each: each[:2])
        return track, seen

    async def _near(self, asset_id: str, pts: int) -> Sequence[ChunkAnalysed]:
        around = await self.chunks.at(asset_id, pts)
        if not around:
            raise NotFound(
                say(
                    "nothing_analysed_there",
                    "nothing of asset {asset_id} was analysed at pts {pts}",
                    asset_id=asset_id,
                    pts=pts,
                )
            )
        return around

    async def _again(
        self, sample: Sample, named: DatasetClass, words: Evidence, actor: Actor, cause: Cause
    ) -> Sample:
        """Add the person's word to the sample that the sighting is already."""
        if sample.state in DECIDED:
            raise Conflict(
                say(
                    "shown_already",
                    "sample {sample_id} shows this already and is {state}: undo that first",
                    sample_id=sample.sample_id,
                    state=sample.state,
                )
            )
        evidence = [*await self.keep_evidence(sample, named.class_id)]
        if words not in evidence:
            evidence.append(words)
        after = sample.changed(class_id=named.class_id, question=False, evidence=tuple(evidence), rule=RULE)
        if not await self.register.samples.change(sample, after, change_fact(after, actor), cause):
            await self.keep_evidence.discard(sample, [one for one in evidence if one is not words])
            raise Conflict(
                say(
                    "sample_changed",
                    "sample {sample_id} was changed meanwhile: try again",
                    sample_id=sample.sample_id,
                )
            )
        return await self.register.changes.recheck(after, actor, cause)
