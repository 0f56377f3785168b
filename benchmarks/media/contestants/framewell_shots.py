"""Ours: shots alone, as PySceneDetect finds them: decode, scale to the proxy's size, score, decide."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from benchmarks.media.task import Task, Timing, timed
from framewell_transcode.domain.scores import ScoreTable, coarse_of
from framewell_transcode.transcoding.chunk_transcoder import thumbnail_of
from framewell_transcode.transcoding.cuts import difference
from framewell_transcode.transcoding.shots import ShotFinder
from framewell_transcode.transcoding.transitions import Passage

_PROXY = 960, 540


def run(task: Task) -> Timing:
    """Find the shots of the clip."""
    return timed(lambda: (transitions(Path(task.clip))[1], 0))


def transitions(clip: Path) -> tuple[list[Passage], int]:
    """Return the transitions of a clip, and how many pictures it has."""
    thumbnails, scores, coarse, last = [], [np.nan], [], None
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or Fraction(25)
        width, height = (
            min(side, most) for side, most in zip((stream.width, stream.height), _PROXY, strict=True)
        )
        reformatter = VideoReformatter()
        for frame in container.decode(stream):
            thumbnail = thumbnail_of(reformatter.reformat(frame, width, height, "yuv420p"))
            if last is None:
                thumbnails.append(thumbnail)
            else:
                scores.append(difference(last, thumbnail))
            coarse.append(coarse_of(thumbnail))
            last = thumbnail
    if last is None:
        return [], 0
    at = np.arange(len(coarse), dtype=np.int64)
    finder = ShotFinder(float(rate))
    finder.add(ScoreTable(at, at, np.array(scores, np.float32), np.stack(coarse), thumbnails[0], last))
    return finder.passages(), len(coarse)
