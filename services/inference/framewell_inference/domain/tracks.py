"""Face tracks as they are stored: what a chunk's faces come to, ready to be named again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framewell_inference.domain.observations import Findings, FractionBox, Seen, Stretch


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One face in one provisional shot of a chunk. Rows, sides and observations are index-aligned and
    leave out faces too small for a vector; `moment` and `box` are those of the largest face."""

    number: int
    stretch: Stretch
    moment: tuple[int, int]
    box: FractionBox
    rows: tuple[int, ...]
    sides: tuple[float, ...]
    observations: tuple[str, ...]


def face_tracks(findings: Findings) -> list[FaceTrack]:
    """The tracks of a `faces` finding, by number."""
    by_number: dict[int, list[tuple[int, Seen]]] = {}
    for ordinal, seen in enumerate(findings.seen):
        if seen.kind == "face":
            by_number.setdefault(int(seen.attributes["track"]), []).append((ordinal, seen))
    return [_track(number, findings.analyser, faces) for number, faces in sorted(by_number.items())]


def _track(number: int, analyser: str, faces: list[tuple[int, Seen]]) -> FaceTrack:
    ordered = [seen for _, seen in faces]
    largest = max(ordered, key=_side)
    described = [(ordinal, seen) for ordinal, seen in faces if seen.vector >= 0]
    assert largest.box is not None
    assert largest.moment is not None
    return FaceTrack(
        number=number,
        stretch=_joined(seen.stretch for seen in ordered),
        moment=largest.moment,
        box=largest.box,
        rows=tuple(seen.vector for _, seen in described),
        sides=tuple(_side(seen) for _, seen in described),
        observations=tuple(f"{analyser}/{ordinal}" for ordinal, _ in described),
    )


def _side(seen: Seen) -> float:
    return float(seen.attributes["side_pixels"])


def _joined(stretches: Iterable[Stretch]) -> Stretch:
    first, *others = stretches
    for stretch in others:
        first = first.joined(stretch)
    return first
