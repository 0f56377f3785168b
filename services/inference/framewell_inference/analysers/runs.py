"""Labels of single frames, joined into spans of a shot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from framewell_inference.domain.observations import FrameSpan, Observation
from framewell_inference.domain.pictures import Frame


@dataclass(slots=True)
class _Run:
    shot: int
    span: FrameSpan
    score: float
    moment: tuple[int, int]


@dataclass(slots=True)
class LabelRuns:
    """Joins equal labels of consecutive frames of a shot. A run's moment is where it scored best."""

    kind: str
    _open: dict[str, _Run] = field(default_factory=dict)
    _closed: list[Observation] = field(default_factory=list)

    def note(self, frame: Frame, scores: Mapping[str, float]) -> None:
        """Take in the labels of one frame. Frames come in order of time."""
        for label in [
            name for name, run in self._open.items() if name not in scores or run.shot != frame.shot
        ]:
            self._close(label)
        for label, score in scores.items():
            run = self._open.get(label)
            if run is None:
                self._open[label] = _Run(frame.shot, FrameSpan.of(frame), score, (frame.pts, frame.index))
                continue
            run.span = run.span.joined(FrameSpan.of(frame))
            if score > run.score:
                run.score, run.moment = score, (frame.pts, frame.index)

    def finish(self) -> list[Observation]:
        """Return all runs in order of their start."""
        for label in list(self._open):
            self._close(label)
        return sorted(self._closed, key=lambda run: (run.span.start_pts, -run.score))

    def _close(self, label: str) -> None:
        run = self._open.pop(label)
        self._closed.append(
            Observation(
                kind=self.kind,
                span=run.span,
                score=run.score,
                moment=run.moment,
                label=label,
                shot=run.shot,
            )
        )
