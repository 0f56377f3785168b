"""A still picture taken the same way as a chunk: a proxy of one picture, a bundle of one frame."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.proxy import ProxyRecipe, Size
from framewell_transcode.domain.scores import ScoreTable, coarse_of
from framewell_transcode.ports.driver import MediaDriver
from framewell_transcode.transcoding.chunk_transcoder import ChunkResult, sample_of, thumbnail_of, tick


def transcode_still(
    driver: MediaDriver,
    pixels: PIL.Image.Image,
    timeline: Timeline,
    recipe: ProxyRecipe,
    *,
    withheld: bool = False,
) -> ChunkResult:
    """Return what a chunk of this one upright RGB picture is made of; the proxy alone when withheld."""
    size = Size(pixels.width, pixels.height)
    moment = Moment(timeline.start_pts, 0)
    proxy = driver.planar_from_rgb(resized(pixels, size.fitted(recipe.box, even=True)))
    writer = driver.segment_writer(
        recipe,
        proxy,
        timeline.frame_rate or Fraction(25),
        start_tick=0,
        end_tick=tick(timeline, timeline.end_pts),
    )
    thumbnail = thumbnail_of(proxy)
    writer.push(proxy, 0)
    if withheld:
        return ChunkResult(segment=writer.finish(), samples=[], cuts=[], scores=None, statistics={})
    seen = resized(pixels, size.fitted(recipe.sample_box, even=False))
    sample = sample_of(seen, moment, timeline, "still", recipe.jpeg_quality)
    at = np.array([0], dtype=np.int64)
    unknown = np.array([np.nan], dtype=np.float32)
    return ChunkResult(
        segment=writer.finish(),
        samples=[sample],
        cuts=[],
        scores=ScoreTable(at, at + moment.pts, unknown, coarse_of(thumbnail)[None], thumbnail, thumbnail),
        statistics={
            "mean_luma": float(thumbnail[0].mean()),
            "black_fraction": 0.0,
            "frozen_fraction": 0.0,
            "sampled_frames": 1,
            "width": sample.width,
            "height": sample.height,
        },
    )


def resized(pixels: PIL.Image.Image, size: Size) -> NDArray[np.uint8]:
    """Return a still as height x width x 3 in this size."""
    return np.asarray(pixels.resize((size.width, size.height), PIL.Image.Resampling.LANCZOS))
