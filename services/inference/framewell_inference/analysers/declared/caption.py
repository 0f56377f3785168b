"""Captions by a declared model: what a picture shows, in words, every so many seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np

from framewell_inference.domain.observations import Findings, FrameSpan, Observation
from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.ports.registrations import Describer, Description
from framewell_inference.ports.step_times import prepares, runs
from framewell_models.manifest import ManifestError, ModelRef, Step

TASK: Final = "caption"


@dataclass(frozen=True, slots=True)
class CaptionAnalyser:
    """Asks a model about one picture in so many seconds; observations of the kind `caption`."""

    describer: Describer
    preprocessing: Step
    postprocessing: Step

    @staticmethod
    def over(describer: Describer) -> CaptionAnalyser:
        """Return the analyser of a model. Raises ManifestError when its task is another."""
        manifest = describer.manifest
        if manifest.task != TASK or manifest.preprocessing is None or manifest.postprocessing is None:
            raise ManifestError(f"{manifest.ref}: it does not describe pictures")
        return CaptionAnalyser(describer, manifest.preprocessing, manifest.postprocessing)

    @property
    def name(self) -> str:
        return self.describer.manifest.analyser_name

    @property
    def description(self) -> str:
        return self.describer.manifest.intended_use

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.describer.manifest.ref,)

    def begin(self, *, still: bool = False) -> CaptionPass:  # noqa: ARG002  a still is a chunk of one frame
        return CaptionPass(self)

    def words(self, said: Description) -> tuple[str, str]:
        """Return label and text of an answer, by the fields that postprocessing names."""
        if said.answer is None:
            return "", said.text
        given, answer = self.postprocessing.parameters, said.answer
        label, text = (str(answer.get(given.get(field, ""), "")) for field in ("label", "text"))
        return label, text


@dataclass(slots=True)
class CaptionPass:
    """One chunk: the first picture of every stretch of `each_seconds` on the asset's clock is described."""

    analyser: CaptionAnalyser
    found: list[Observation] = field(default_factory=list)
    _stretch: int | None = None

    def look(self, frames: Sequence[Frame]) -> None:
        each = self.analyser.preprocessing.parameters["each_seconds"]
        for frame in frames:
            stretch = int(frame.seconds // each) if each else frame.index
            if stretch == self._stretch:
                self._hold(frame)
                continue
            self._stretch = stretch
            self._describe(frame)

    def _hold(self, frame: Frame) -> None:
        """Let what was said last hold for this frame too, as long as the shot is the same."""
        if self.found and self.found[-1].shot == frame.shot:
            said = self.found[-1]
            self.found[-1] = replace(said, span=said.span.joined(FrameSpan.of(frame)))

    def _describe(self, frame: Frame) -> None:
        most = self.analyser.preprocessing.parameters["max_side"]
        label, text = self.analyser.words(self._said(_within(frame.picture, most)))
        if label or text:
            self.found.append(
                Observation(
                    kind=TASK,
                    span=FrameSpan.of(frame),
                    score=1.0,
                    moment=(frame.pts, frame.index),
                    label=label,
                    text=text,
                    shot=frame.shot,
                )
            )

    @runs
    def _said(self, picture: Picture) -> Description:
        return self.analyser.describer.describe(picture)

    def finish(self) -> Findings:
        return Findings(self.analyser.name, self.analyser.models[0], tuple(self.found))


@prepares
def _within(picture: Picture, most: int) -> Picture:
    """Return the picture, made smaller where its longer side exceeds `most` pixels."""
    scale = most / max(picture.shape[:2])
    if scale >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
