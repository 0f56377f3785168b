"""The `text` analyser: captions as they stand on screen, with their place and what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from framewell.media.v1.media_pb2 import TEXT_REGION_TICKER, TextAttributes
from framewell_inference.analysers.text.detection import TextBox, TextDetector
from framewell_inference.analysers.text.filter import TextFilter
from framewell_inference.analysers.text.layout import CAPTION_ROWS, line_below, region
from framewell_inference.analysers.text.lines import Line, LineFollower
from framewell_inference.analysers.text.recognition import TextReader
from framewell_inference.domain.observations import Findings, FractionBox, Observation
from framewell_inference.domain.pictures import Frame, PixelBox
from framewell_inference.ports.models import Model
from framewell_models.manifest import ModelRef

NAME: Final = "text"
DESCRIPTION: Final = "Captions that stand on screen: their text and place, and which line belongs to which."

STRIP_SIDE: Final = 640
"""Captions are found in the lower strip at 640 columns in 16 ms; at 480 the ticker's letters blur."""

STILL_SIDE: Final = 960
"""A still is looked at whole, and once."""

WHOLE_SIDE: Final = 640
WHOLE_EVERY: Final = 8
"""Signs and other writing in the scene: the whole picture is looked at when a shot begins and every four
seconds, at 640 columns (56 ms)."""

CUT_WITHIN: Final = 2
"""Pixels from the upper edge of the caption rows at which a box is taken for the lower half of a line."""


@dataclass(frozen=True, slots=True)
class TextAnalyser:
    """Reads what stands still: in the caption rows when something changes, elsewhere now and then."""

    detector: Model
    recogniser: Model
    alphabet: str

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.recogniser.manifest.ref, self.detector.manifest.ref)

    def begin(self, *, still: bool = False) -> TextPass:
        reader = TextReader(self.recogniser, self.alphabet)
        return TextPass(
            self, TextDetector(self.detector), LineFollower(reader, runs=_runs, still=still), still
        )


@dataclass(slots=True)
class TextPass:
    """One chunk: a `text` for every line that was read, for the time it stood still."""

    analyser: TextAnalyser
    detect: TextDetector
    follower: LineFollower
    still: bool
    text_filter: TextFilter = field(default_factory=TextFilter)
    shot: int | None = None
    since_whole: int = 0

    def look(self, frames: Sequence[Frame]) -> None:
        greys = [np.asarray(cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY), np.uint8) for frame in frames]
        whole = {at: frame for at, frame in enumerate(frames) if self._wants_whole(frame)}
        rows = {
            at: frames[at]
            for at, grey in enumerate(greys)
            if not self.still and self.text_filter.passes(grey)
        }
        written = self._detected(whole, from_row=0, max_side=STILL_SIDE if self.still else WHOLE_SIDE)
        captions = self._detected(rows, from_row=CAPTION_ROWS[0], max_side=STRIP_SIDE)
        for at, (frame, grey) in enumerate(zip(frames, greys, strict=True)):
            self.follower.look(frame, grey, [*captions.get(at, []), *written.get(at, [])])
        self.follower.read_offered()

    def _wants_whole(self, frame: Frame) -> bool:
        """Return whether to look at the whole of the next frame: a shot's first, then every eighth."""
        if frame.shot != self.shot:
            self.shot, self.since_whole = frame.shot, 0
        self.since_whole += 1
        return self.still or self.since_whole % WHOLE_EVERY == 1

    def _detected(
        self, frames: Mapping[int, Frame], *, from_row: float, max_side: int
    ) -> dict[int, list[TextBox]]:
        """Return the lines of text in frames from a row on, which is a fraction of their height.

        Frames of one size go through the network together. A line that the first row cuts is left out: the
        whole picture shows it.
        """
        found: dict[int, list[TextBox]] = {}
        for size in {frame.picture.shape for frame in frames.values()}:
            places = [at for at, frame in frames.items() if frame.picture.shape == size]
            top = int(from_row * size[0])
            boxes = self.detect([frames[at].picture[top:] for at in places], max_side=max_side)
            for at, each in zip(places, boxes, strict=True):
                found[at] = [_moved(text, top) for text in each if top == 0 or text.box.y > CUT_WITHIN]
        return found

    def finish(self) -> Findings:
        sure = self.analyser.recogniser.manifest.thresholds["accept"]
        lines = [line for line in self.follower.finish() if line.best.text and line.best.confidence >= sure]
        lines.sort(key=lambda line: (line.span.start_pts, line.box.y, line.box.x))
        observations = tuple(self._observation(line, lines) for line in lines)
        return Findings(NAME, self.analyser.models[0], observations)

    def _observation(self, line: Line, lines: Sequence[Line]) -> Observation:
        lower = line_below(line, lines)
        attributes = TextAttributes(
            region=region(line),
            reads=len(line.readings),
            agreeing_reads=line.agreeing,
            height_pixels=round(line.box.height),
            below_text=lower.best.text if lower else "",
        )
        return Observation(
            kind="text",
            span=line.span,
            score=line.best.confidence,
            moment=(line.frame.pts, line.frame.index),
            box=FractionBox.of(line.box, line.frame),
            text=line.best.text,
            shot=line.frame.shot,
            attributes=attributes,
            below=lines.index(lower) if lower else None,
        )


def _moved(text: TextBox, rows: int) -> TextBox:
    box = text.box
    return TextBox(PixelBox(box.x, box.y + rows, box.width, box.height), text.score)


def _runs(line: Line) -> bool:
    return region(line) == TEXT_REGION_TICKER
