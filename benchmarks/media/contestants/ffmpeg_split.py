"""FFmpeg's command with the same outputs from one decode: `split` into proxy, pictures and scores."""

from benchmarks.media.contestants.ffmpeg_command import PICTURES, PROXY, SCORES, proxy_bytes, run_ffmpeg
from benchmarks.media.task import Task, Timing, timed


def run(task: Task) -> Timing:
    """Run one command."""
    filters = f"[0:v]split=3[a][b][c];[a]{PROXY}[proxy];[b]{PICTURES}[pictures];[c]{SCORES}[scores]"

    def work() -> tuple[int, int]:
        run_ffmpeg(
            task, ["-filter_complex", filters], proxy="[proxy]", pictures="[pictures]", scores="[scores]"
        )
        return task.pictures, proxy_bytes(task)

    return timed(work)
