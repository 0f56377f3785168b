"""Everything about one chunk from one decode: proxy segment, frame bundle, shot scores, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from framewell_kit.rights_decisions import Passages
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.boxes import Segment
from framewell_transcode.domain.proxy import TICKS_PER_SECOND, ProxyRecipe, Size
from framewell_transcode.domain.scores import GRID_COLUMNS, GRID_ROWS, ScoreTable, Thumbnail, coarse_of
from framewell_transcode.ports.driver import MediaDriver
from framewell_transcode.ports.pictures import DisplayedPicture, Scaler, SegmentWriter
from framewell_transcode.transcoding.bundle import Sample, encode_jpeg
from framewell_transcode.transcoding.cuts import CutFinder, difference
from framewell_transcode.transcoding.sampling import SamplingGrid

_BLACK_LUMA: Final = 24.0
"""Mean luma (limited range, black is 16) below which a picture counts as black."""
_FROZEN_SCORE: Final = 0.05
"""Difference below which a picture counts as the one before: exact repeats survive decoding as zero."""


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What one decode of a chunk made; nothing for models where all of it is withheld from analysis."""

    segment: Segment
    samples: Sequence[Sample]
    cuts: Sequence[Moment]
    """The first picture of each provisional shot after the first."""
    scores: ScoreTable | None
    statistics: dict[str, Any]
    """Fields of chunk.v1.PictureStatistics, without the damaged frames, which the decoder counts; none where
    `scores` is None."""
    missing_pts: Sequence[int] = ()
    """pts of planned pictures that did not come out."""


@dataclass(slots=True)
class ChunkTranscoder:
    """Makes everything of a chunk while its pictures pass by, each exactly once.

    Pictures of a withheld passage are encoded for the proxy alone: scores go on over them as over a gap.
    """

    driver: MediaDriver
    timeline: Timeline
    recipe: ProxyRecipe
    planned: Sequence[Moment]
    proxy_size: Size
    sample_size: Size
    start_tick: int
    end_tick: int
    grid: SamplingGrid
    finder: CutFinder
    scaler: Scaler
    sample_scaler: Scaler
    withheld: Passages = field(default=Passages())
    seen: set[int] = field(default_factory=set)
    """pts of the pictures that came out."""
    moments: list[Moment] = field(default_factory=list)
    """Of the pictures among them that may be analysed."""
    scores: list[float | None] = field(default_factory=list)
    coarse: list[NDArray[np.uint8]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    _writer: SegmentWriter | None = None
    _first: Thumbnail | None = None
    _last: Thumbnail | None = None
    _last_picture: DisplayedPicture | None = None
    _luma: float = 0.0
    _black: int = 0
    _frozen: int = 0

    @classmethod
    def begin(
        cls,
        driver: MediaDriver,
        timeline: Timeline,
        recipe: ProxyRecipe,
        planned: Sequence[Moment],
        *,
        end_pts: int,
        previous_pts: int | None,
        withheld: Passages,
        canvas: Size,
    ) -> ChunkTranscoder:
        """Return a transcoder of the planned pictures, the last of which lasts until `end_pts`.

        All of them are fitted into the asset's canvas, whatever size and shape they have.

        `previous_pts` is the picture before the chunk, None at the start of the asset.
        """
        previous = None if previous_pts is None else timeline.seconds(previous_pts)
        return cls(
            driver,
            timeline,
            recipe,
            planned,
            canvas.fitted(recipe.box, even=True),
            canvas.fitted(recipe.sample_box, even=False),
            start_tick=tick(timeline, planned[0].pts),
            end_tick=tick(timeline, end_pts),
            grid=SamplingGrid(recipe.samples_per_second, previous_seconds=previous),
            finder=CutFinder(float(timeline.frame_rate or 25)),
            scaler=driver.scaler(),
            sample_scaler=driver.scaler(),
            withheld=withheld,
        )

    def take(self, picture: DisplayedPicture) -> None:
        """Encode the next picture; score and perhaps sample it where analysis may look at it."""
        moment = self.planned[picture.row]
        proxy = self.scaler.planar(picture, self.proxy_size)
        if self._writer is None:
            rate = self.timeline.frame_rate or Fraction(25)
            self._writer = self.driver.segment_writer(
                self.recipe, proxy, rate, start_tick=self.start_tick, end_tick=self.end_tick
            )
        self.seen.add(moment.pts)
        if moment.pts in self.withheld:
            self._writer.push(proxy, tick(self.timeline, moment.pts))
            return
        self._score(proxy)
        self.moments.append(moment)
        self._last_picture = picture
        self._writer.push(proxy, tick(self.timeline, moment.pts))
        if self.grid.takes(self.timeline.seconds(moment.pts)):
            self._sample(picture, moment, "grid")
        self._see_shot(self.finder.push(self.scores[-1], self.coarse[-1]))

    def finish(self) -> ChunkResult | None:
        """Decide about the last pictures and return what was made, None when not one picture came."""
        if self._writer is None:
            return None
        cuts = self.finder.cuts()
        self._see_shot(cuts[-1] if cuts else None)
        return ChunkResult(
            segment=self._writer.finish(),
            samples=self.samples,
            cuts=[self.moments[index] for index in cuts],
            scores=self._score_table(),
            statistics=self._statistics(),
            missing_pts=[moment.pts for moment in self.planned if moment.pts not in self.seen],
        )

    def _score_table(self) -> ScoreTable | None:
        if self._first is None or self._last is None:
            return None
        return ScoreTable(
            frame=np.array([moment.frame for moment in self.moments], dtype=np.int64),
            pts=np.array([moment.pts for moment in self.moments], dtype=np.int64),
            score=np.array([np.nan if score is None else score for score in self.scores], dtype=np.float32),
            coarse=np.stack(self.coarse),
            first=self._first,
            last=self._last,
        )

    def _statistics(self) -> dict[str, Any]:
        count = len(self.scores)
        if not count:
            return {}
        sizes = self.samples[0] if self.samples else None
        return {
            "mean_luma": self._luma / count,
            "black_fraction": self._black / count,
            "frozen_fraction": self._frozen / max(1, count - 1),
            "sampled_frames": len(self.samples),
            "width": sizes.width if sizes else 0,
            "height": sizes.height if sizes else 0,
        }

    def _score(self, proxy: Any) -> None:
        thumbnail = thumbnail_of(proxy)
        self.coarse.append(coarse_of(thumbnail))
        luma = float(thumbnail[0].mean())
        self._luma += luma
        self._black += luma < _BLACK_LUMA
        if self._last is None:
            self._first = thumbnail
            self.scores.append(None)
        else:
            score = difference(self._last, thumbnail)
            self._frozen += score < _FROZEN_SCORE
            self.scores.append(score)
        self._last = thumbnail

    def _see_shot(self, cut: int | None) -> None:
        """Make sure that a shot is seen at least once, by the picture at which its first was recognised."""
        if cut is None or any(sample.frame >= self.moments[cut].frame for sample in self.samples):
            return
        assert self._last_picture is not None
        self._sample(self._last_picture, self.moments[-1], "shot")

    def _sample(self, picture: DisplayedPicture, moment: Moment, why: str) -> None:
        pixels = self.sample_scaler.rgb(picture, self.sample_size)
        self.samples.append(sample_of(pixels, moment, self.timeline, why, self.recipe.jpeg_quality))


def sample_of(
    pixels: NDArray[np.uint8], moment: Moment, timeline: Timeline, why: str, quality: int
) -> Sample:
    """Return a picture (height x width x 3, RGB) as the models get it."""
    return Sample(
        frame=moment.frame,
        pts=moment.pts,
        seconds=float(timeline.seconds(moment.pts)),
        timecode=timeline.timecode(moment),
        why=why,
        width=pixels.shape[1],
        height=pixels.shape[0],
        jpeg=encode_jpeg(pixels, quality),
    )


def tick(timeline: Timeline, pts: int) -> int:
    """Return a moment on the proxy's clock, which starts with the asset."""
    return round(timeline.seconds(pts) * TICKS_PER_SECOND)


def thumbnail_of(frame: Any) -> Thumbnail:
    """Return Y, U and V of a planar picture on the grid that cuts are found on: nearest pixels."""
    grid = np.empty((3, GRID_ROWS, GRID_COLUMNS), np.uint8)
    for plane, on_grid in zip(frame.planes, grid, strict=True):
        pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        rows, columns = _middles(plane.height, GRID_ROWS), _middles(plane.width, GRID_COLUMNS)
        on_grid[:] = pixels[rows][:, columns]
    return grid


@lru_cache(maxsize=8)
def _middles(length: int, fields: int) -> slice | NDArray[np.intp]:
    """Return the middles of so many equal fields, as a slice where fields are whole pixels long."""
    if length % fields == 0:
        step = length // fields
        return slice(step // 2, length, step)
    return (np.arange(fields) * 2 + 1) * length // (2 * fields)
