"""Lines of text followed through a shot: what stands still is read, what moves is a ticker.

A caption stands; whatever moves under a detector's box (a crawl, a sign in the scene) does not. The
test compares the very same pixels of two samples (`stillness.py`), since the boxes themselves jitter. A
standing line is read from fresh samples until two readings are equal: one reading alone confuses umlauts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from framewell_inference.analysers.text.detection import TextBox
from framewell_inference.analysers.text.recognition import Reading
from framewell_inference.analysers.text.stillness import stands_still
from framewell_inference.domain.observations import FrameSpan
from framewell_inference.domain.pictures import Frame, Grey, Picture, PixelBox

SAME_LINE_OVERLAP: Final = 0.5
SAME_LINE_INSIDE: Final = 0.7
"""Share of the smaller of two boxes inside the larger from which both are one line, or a part of it."""
MOST_READS: Final = 4
ENOUGH_EQUAL: Final = 2

SAMPLE_EVERY: Final = 8
"""A ticker's words cross the screen in more than four seconds; sampled frames come twice a second."""


@dataclass(slots=True, eq=False)
class Line:
    """One line while it is followed; equal to itself alone. Boxes are in pixels of the whole frame."""

    box: PixelBox
    patch: Grey
    frame: Frame
    span: FrameSpan
    stands: bool = False
    readings: list[Reading] = field(default_factory=list)
    unread: list[Picture] = field(default_factory=list)
    """What it looked like in the pictures of this batch, for readings that are still wanted."""

    @property
    def agreeing(self) -> int:
        """Return how many readings equal the most frequent one."""
        return max(Counter(reading.text for reading in self.readings).values(), default=0)

    @property
    def best(self) -> Reading:
        """Return the most frequent reading, the surest of its kind."""
        text, _ = Counter(reading.text for reading in self.readings).most_common(1)[0]
        return max(
            (reading for reading in self.readings if reading.text == text), key=lambda item: item.confidence
        )

    @property
    def wants_reading(self) -> bool:
        return self.agreeing < ENOUGH_EQUAL and len(self.readings) < MOST_READS

    def offer(self, picture: Picture) -> None:
        """Take in what the line looks like in another frame, if that may have to be read."""
        if self.wants_reading and len(self.readings) + len(self.unread) < MOST_READS:
            self.unread.append(picture)


@dataclass(slots=True)
class LineFollower:
    """Follows lines from frame to frame, in order of time, and reads after each batch of frames.

    `closed` collects the lines that ended and were read, in order of their end.
    """

    read: Callable[[Sequence[Picture]], list[Reading]]
    runs: Callable[[Line], bool]
    """Whether a line stands where tickers run: such a line is sampled now and then, standing or not."""
    still: bool = False
    """The asset is one picture, in which nothing can be observed to stand: every line is read once."""
    looks: int = 0
    next_sample: int = 0
    open: list[Line] = field(default_factory=list)
    closed: list[Line] = field(default_factory=list)

    def look(self, frame: Frame, grey: Grey, found: list[TextBox]) -> None:
        standing: list[Line] = []
        for line in self.open:
            if line.frame.shot == frame.shot and stands_still(line.patch, _cut(grey, line.box)):
                line.stands = True
                line.span = line.span.joined(FrameSpan.of(frame))
                standing.append(line)
            else:
                self.closed.append(line)
        self.open = standing
        self.looks += 1
        for line in standing:
            line.offer(_crop(frame, line.box))
        for text in found:
            if not any(_is_same(line.box, text.box) for line in self.open):
                self._start(frame, grey, text.box)

    def read_offered(self) -> None:
        """Read the lines of a batch in rounds, one reading each, until two agree or there are enough."""
        lines = [line for line in [*self.closed, *self.open] if line.unread]
        while waiting := [line for line in lines if line.unread and line.wants_reading]:
            readings = self.read([line.unread.pop(0) for line in waiting])
            for line, reading in zip(waiting, readings, strict=True):
                line.readings.append(reading)
        for line in lines:
            line.unread.clear()
        self.closed = [line for line in self.closed if line.readings]

    def finish(self) -> list[Line]:
        """Return the lines that were read, in order of their end."""
        return [line for line in [*self.closed, *self.open] if line.readings]

    def _start(self, frame: Frame, grey: Grey, box: PixelBox) -> None:
        patch = _cut(grey, box)
        if patch.size == 0:
            return
        line = Line(box, patch, frame, FrameSpan.of(frame))
        if self.still or self._samples(line):
            line.offer(_crop(frame, box))
        self.open.append(line)

    def _samples(self, line: Line) -> bool:
        """Return whether to read a running line now: at most one in `SAMPLE_EVERY` frames."""
        if self.looks < self.next_sample or not self.runs(line):
            return False
        self.next_sample = self.looks + SAMPLE_EVERY
        return True


def _is_same(one: PixelBox, other: PixelBox) -> bool:
    return one.overlap(other) >= SAME_LINE_OVERLAP or one.share_inside(other) >= SAME_LINE_INSIDE


def _cut(grey: Grey, box: PixelBox) -> Grey:
    left, top, right, bottom = box.clipped(grey.shape[1], grey.shape[0])
    return grey[top:bottom, left:right].copy()


def _crop(frame: Frame, box: PixelBox) -> Picture:
    left, top, right, bottom = box.clipped(frame.width, frame.height)
    return frame.picture[top:bottom, left:right]
