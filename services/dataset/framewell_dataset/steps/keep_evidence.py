"""What is known of a sample stays what it was when its class is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from framewell.sample.v1.sample_pb2 import Evidence
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.sample_messages import SOMEBODY
from framewell_dataset.domain.samples import Sample
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import Note, WordRepository
from framewell_dataset.rules.candidates import PERSON


@dataclass(frozen=True, slots=True)
class KeepEvidence:
    """Keeps sentences that name the class of a sample, as a caption did, with the name that they had.

    They are notes from then on, which go when either of the two is erased, and name somebody else then.
    """

    classes: ClassRepository
    words: WordRepository

    async def __call__(self, sample: Sample, class_id: str) -> Sequence[Evidence]:
        """Return the evidence of a sample that is to be of this class."""
        before = await self.classes.get(sample.class_id) if sample.class_id != class_id else None
        if before is None:
            return sample.evidence
        return [
            await self._kept(sample, number, one, before.name, class_id)
            if PERSON in one.sentence and not one.note_id
            else one
            for number, one in enumerate(sample.evidence)
        ]

    async def discard(self, sample: Sample, evidence: Sequence[Evidence]) -> None:
        """Delete the notes of evidence that was kept for a change of a sample that was not made."""
        there = {one.note_id for one in sample.evidence}
        for one in evidence:
            if one.note_id and one.note_id not in there:
                await self.words.discard(one.note_id)

    async def _kept(self, sample: Sample, number: int, one: Evidence, name: str, class_id: str) -> Evidence:
        note_id = derived_id(sample.sample_id, "evidence", f"{number} {uuid4()}")
        named = frozenset(each for each in (sample.class_id, class_id) if each)
        await self.words.keep(Note(note_id, sample.sample_id, named, one.sentence.replace(PERSON, name)))
        after = Evidence()
        after.CopyFrom(one)
        after.sentence, after.note_id = one.sentence.replace(PERSON, SOMEBODY), note_id
        for place, value in one.wording.params.items():
            after.wording.params[place] = value.replace(PERSON, SOMEBODY)
        return after
