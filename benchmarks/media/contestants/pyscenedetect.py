"""PySceneDetect as its documentation shows it: AdaptiveDetector on its own reader and scaler."""

from collections.abc import Sequence
from pathlib import Path

from scenedetect import AdaptiveDetector, ContentDetector, SceneManager, open_video

from benchmarks.media.task import Task, Timing, timed

DETECTORS = {"AdaptiveDetector": AdaptiveDetector, "ContentDetector": ContentDetector}


def run(task: Task) -> Timing:
    """Find the shots of the clip."""

    def work() -> tuple[int, int]:
        cuts(Path(task.clip), "AdaptiveDetector")
        return task.pictures, 0

    return timed(work)


def cuts(clip: Path, detector: str) -> Sequence[int]:
    """Return the first picture of every shot but the first, with the detector's own limits."""
    manager = SceneManager()
    manager.add_detector(DETECTORS[detector]())
    manager.detect_scenes(open_video(str(clip)))
    return [start.frame_num for start, _ in manager.get_scene_list()[1:]]
