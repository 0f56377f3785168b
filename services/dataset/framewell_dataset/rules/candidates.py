"""What a rule hands on: a face that might become a sample, and why."""

from dataclasses import dataclass

from framewell.media.v1.media_pb2 import Span
from framewell.sample.v1.sample_pb2 import Evidence
from framewell_dataset.domain.geometry import Sighting
from framewell_dataset.domain.observations import Described, FaceTrack, Vectors, described
from framewell_dataset.rules.crops import ChosenCrops
from framewell_dataset.rules.names import PersonName

PERSON = "{class}"
"""Stands in sentences, and in what they are made of, where the name of the class would."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One track, the crops chosen of it, and who a caption says it is.

    `complete`: two sources agree (a lower third read the same at least twice, one prominent face with
    it); anything less is a question to a person. Sentences say `{class}` where the name would stand.
    """

    track: FaceTrack
    crops: ChosenCrops
    evidence: tuple[Evidence, ...]
    named: PersonName | None = None
    doubts: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return self.named is not None and not self.doubts

    @property
    def span(self) -> Span:
        return self.track.span

    @property
    def trajectory(self) -> tuple[Sighting, ...]:
        return self.track.trajectory

    @property
    def described(self) -> Described:
        """Return the vectors, one row a chosen crop, best first."""
        return described(self.crops.faces)

    @property
    def vectors(self) -> Vectors:
        """Return the rows of `described`."""
        return self.described.rows

    @property
    def quality(self) -> float:
        """Return 0 to 1: the mean quality of its crops."""
        faces = self.crops.faces
        return sum(face.quality for face in faces) / len(faces) if faces else 0.0
