"""Everything about one chunk from one decode: proxy segment, frame bundle, shot scores, statistics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.planning.table import read_chunk
from framewell_media.sandbox import JobFiles, media_job
from framewell_media.sandbox.registry import Answer, Parameters
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.adapters.jobs.bundle import Sample, encode_jpeg, write_bundle
from framewell_transcode.adapters.jobs.cmaf import SegmentWriter
from framewell_transcode.adapters.jobs.frames import ChunkDecoder
from framewell_transcode.adapters.jobs.parameters import recipe_from, timeline_from
from framewell_transcode.adapters.jobs.upright import Painter, Upright, upright
from framewell_transcode.domain.proxy import TICKS_PER_SECOND, ProxyRecipe
from framewell_transcode.domain.scores import GRID_COLUMNS, GRID_ROWS, ScoreTable, Thumbnail
from framewell_transcode.stitching.cuts import CutFinder, difference
from framewell_transcode.stitching.sampling import Grid
from framewell_transcode.stitching.scores import write_scores

_BLACK_LUMA: Final = 24.0
"""Mean luma (limited range, black is 16) below which a picture counts as black."""
_FROZEN_SCORE: Final = 0.05
"""Difference below which a picture counts as the one before: exact repeats survive decoding as zero."""
_NO_MORE_MISSING: Final = 10_000
"""Missing pts named one by one at most; the count is always whole."""


@media_job("make_chunk")
def make_chunk(files: JobFiles, parameters: Parameters) -> Answer:
    """Inputs: source, plan. Outputs: header, segment, bundle, scores.

    Parameters: `index` of the chunk, `timeline`, `recipe`. Answers provisional cuts, missing pts and
    picture statistics. Raises MediaError (`unreadable`) when not one picture of the chunk comes out.
    """
    source, plan_file = files.inputs
    header_file, segment_file, bundle_file, scores_file = files.outputs
    timeline, recipe = timeline_from(parameters["timeline"]), recipe_from(parameters["recipe"])
    table = read_chunk(plan_file, int(parameters["index"]))
    source.seek(0)
    decoder = ChunkDecoder(source, sniff(source.read(SNIFF_BYTES)), table, recipe.decoder_threads)
    moments = [Moment(int(pts), table.first_frame + row) for row, pts in enumerate(table.pts)]
    work = ChunkWork.begin(timeline, recipe, moments, end_pts=table.end_pts, previous_pts=table.previous_pts)
    for picture in upright(decoder.frames(), lambda: decoder.log.pixel_aspect):
        work.take(picture)
    if not work.scores:
        raise MediaError(
            UNREADABLE,
            f"Not one of the {len(moments)} pictures from frame {table.first_frame} on can be decoded.",
        )
    segment = work.writer.finish()
    header_file.write(segment.header)
    segment_file.write(segment.media)
    cuts = work.finish()
    write_bundle(bundle_file, work.samples, [moment.frame for moment in cuts])
    write_scores(scores_file, work.score_table())
    seen = {moment.pts for moment in work.moments}
    missing = [moment.pts for moment in moments if moment.pts not in seen]
    return {
        "provisional_cuts": [moment.pts for moment in cuts],
        "missing_pts": missing[:_NO_MORE_MISSING],
        "missing_count": len(missing),
        "statistics": work.statistics() | {"damaged_frames": decoder.log.damaged_frames},
    }


@dataclass(slots=True)
class ChunkWork:
    """What is made while the pictures of a chunk pass by, each exactly once."""

    timeline: Timeline
    recipe: ProxyRecipe
    planned: list[Moment]
    start_tick: int
    end_tick: int
    grid: Grid
    finder: CutFinder
    painter: Painter = field(default_factory=Painter)
    sample_painter: Painter = field(default_factory=Painter)
    moments: list[Moment] = field(default_factory=list)
    """Of the pictures that came out."""
    scores: list[float | None] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    cut_places: list[int] = field(default_factory=list)
    _writer: SegmentWriter | None = None
    _first: Thumbnail | None = None
    _last: Thumbnail | None = None
    _last_picture: Upright | None = None
    _luma: float = 0.0
    _black: int = 0
    _frozen: int = 0

    @classmethod
    def begin(
        cls,
        timeline: Timeline,
        recipe: ProxyRecipe,
        planned: list[Moment],
        *,
        end_pts: int,
        previous_pts: int | None,
    ) -> ChunkWork:
        """Work on the planned pictures, the last of which lasts until `end_pts`."""
        previous = None if previous_pts is None else timeline.seconds(previous_pts)
        return cls(
            timeline,
            recipe,
            planned,
            start_tick=tick(timeline, planned[0].pts),
            end_tick=tick(timeline, end_pts),
            grid=Grid(recipe.samples_per_second, previous_seconds=previous),
            finder=CutFinder(float(timeline.frame_rate or 25)),
        )

    @property
    def writer(self) -> SegmentWriter:
        """The segment under way."""
        assert self._writer is not None
        return self._writer

    def take(self, picture: Upright) -> None:
        """Encode, score and perhaps sample the next picture."""
        moment = self.planned[picture.row]
        proxy = self.painter.planar(picture.frame, picture.size.fitted(self.recipe.box, even=True))
        if self._writer is None:
            rate = self.timeline.frame_rate or Fraction(25)
            self._writer = SegmentWriter(
                self.recipe, proxy, rate, start_tick=self.start_tick, end_tick=self.end_tick
            )
        self._score(proxy)
        self.moments.append(moment)
        self._last_picture = picture
        self._writer.push(proxy, tick(self.timeline, moment.pts))
        if self.grid.takes(self.timeline.seconds(moment.pts)):
            self._sample(picture, moment, "grid")
        self._note_cuts(self.finder.push(self.scores[-1]))

    def finish(self) -> list[Moment]:
        """Decide about the last pictures; answers where provisional shots begin."""
        self._note_cuts(self.finder.finish())
        return [self.moments[place] for place in self.cut_places]

    def score_table(self) -> ScoreTable:
        """The scores of the pictures that came out."""
        assert self._first is not None
        assert self._last is not None
        return ScoreTable(
            frame=np.array([moment.frame for moment in self.moments], dtype=np.int64),
            pts=np.array([moment.pts for moment in self.moments], dtype=np.int64),
            score=np.array([np.nan if score is None else score for score in self.scores], dtype=np.float32),
            first=self._first,
            last=self._last,
        )

    def statistics(self) -> dict[str, Any]:
        """What the pictures look like."""
        count = len(self.scores)
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

    def _note_cuts(self, places: list[int]) -> None:
        """Make sure that every shot is seen at least once, by the picture at which it was recognised."""
        for place in places:
            self.cut_places.append(place)
            if not any(sample.frame >= self.moments[place].frame for sample in self.samples):
                assert self._last_picture is not None
                self._sample(self._last_picture, self.moments[-1], "shot")

    def _sample(self, picture: Upright, moment: Moment, why: str) -> None:
        size = picture.size.fitted(self.recipe.sample_box, even=False)
        pixels = self.sample_painter.rgb(picture.frame, size)
        self.samples.append(sample_of(pixels, moment, self.timeline, why, self.recipe.jpeg_quality))


def sample_of(
    pixels: NDArray[np.uint8], moment: Moment, timeline: Timeline, why: str, quality: int
) -> Sample:
    """A picture as the models get it."""
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
    """A moment on the proxy's clock, which starts with the asset."""
    return round(timeline.seconds(pts) * TICKS_PER_SECOND)


def thumbnail_of(frame: Any) -> Thumbnail:
    """Y, U and V of a planar picture on the grid that cuts are found on: nearest pixels."""
    return np.stack(list(_planes_on_grid(frame)))


def _planes_on_grid(frame: Any) -> Iterator[NDArray[np.uint8]]:
    for plane in frame.planes[:3]:
        pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        rows = (np.arange(GRID_ROWS) * 2 + 1) * plane.height // (2 * GRID_ROWS)
        columns = (np.arange(GRID_COLUMNS) * 2 + 1) * plane.width // (2 * GRID_COLUMNS)
        yield pixels[np.ix_(rows, columns)]
