"""FFmpeg's command three times, once for each output: three decodes."""

from benchmarks.media.contestants.ffmpeg_command import PICTURES, PROXY, SCORES, proxy_bytes, run_ffmpeg
from benchmarks.media.task import Task, Timing, timed


def run(task: Task) -> Timing:
    """Run three commands, one after the other."""

    def work() -> tuple[int, int]:
        run_ffmpeg(task, ["-vf", PROXY], proxy="0:v")
        run_ffmpeg(task, ["-vf", PICTURES], pictures="0:v")
        run_ffmpeg(task, ["-vf", SCORES], scores="0:v")
        return task.pictures, proxy_bytes(task)

    return timed(work)
