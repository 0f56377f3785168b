"""A still picture taken the same way as a chunk: a proxy of one picture, a bundle of one frame."""

from __future__ import annotations

import av
import numpy as np
import PIL.Image
from av.video.reformatter import Colorspace

from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.pictures import decode_upright, open_picture
from framewell_media.sandbox import JobFiles, media_job
from framewell_media.sandbox.registry import Answer, Parameters
from framewell_media.timeline import Moment
from framewell_transcode.adapters.jobs.bundle import write_bundle
from framewell_transcode.adapters.jobs.chunk import sample_of, thumbnail_of, tick
from framewell_transcode.adapters.jobs.cmaf import SegmentWriter
from framewell_transcode.adapters.jobs.parameters import recipe_from, timeline_from
from framewell_transcode.domain.proxy import Size
from framewell_transcode.domain.scores import ScoreTable
from framewell_transcode.stitching.scores import write_scores


@media_job("make_still")
def make_still(files: JobFiles, parameters: Parameters) -> Answer:
    """Input: the picture. Outputs, parameters, answer: as of `make_chunk`. Raises MediaError."""
    (source,) = files.inputs
    header_file, segment_file, bundle_file, scores_file = files.outputs
    timeline, recipe = timeline_from(parameters["timeline"]), recipe_from(parameters["recipe"])
    source.seek(0)
    with open_picture(source, sniff(source.read(SNIFF_BYTES))) as picture:
        pixels = decode_upright(picture)
    size = Size(pixels.width, pixels.height)
    moment = Moment(timeline.start_pts, 0)

    shown = pixels.resize(_dimensions(size.fitted(recipe.box, even=True)), PIL.Image.Resampling.LANCZOS)
    frame = av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24")
    proxy = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU601, threads=1)
    assert timeline.frame_rate is not None
    writer = SegmentWriter(
        recipe, proxy, timeline.frame_rate, start_tick=0, end_tick=tick(timeline, timeline.end_pts)
    )
    thumbnail = thumbnail_of(proxy)
    writer.push(proxy, 0)
    segment = writer.finish()
    header_file.write(segment.header)
    segment_file.write(segment.media)

    seen = pixels.resize(
        _dimensions(size.fitted(recipe.sample_box, even=False)), PIL.Image.Resampling.LANCZOS
    )
    sample = sample_of(np.asarray(seen), moment, timeline, "still", recipe.jpeg_quality)
    write_bundle(bundle_file, [sample], [])
    unknown = np.array([np.nan], dtype=np.float32)
    at = np.array([0], dtype=np.int64)
    write_scores(scores_file, ScoreTable(at, at + moment.pts, unknown, thumbnail, thumbnail))
    statistics = {
        "mean_luma": float(thumbnail[0].mean()),
        "black_fraction": 0.0,
        "frozen_fraction": 0.0,
        "sampled_frames": 1,
        "width": sample.width,
        "height": sample.height,
        "damaged_frames": 0,
    }
    return {"provisional_cuts": [], "missing_pts": [], "missing_count": 0, "statistics": statistics}


def _dimensions(size: Size) -> tuple[int, int]:
    return size.width, size.height
