"""The `ffmpeg` of the machine, with outputs as near to ours as its filters allow, one thread each."""

import subprocess
from pathlib import Path

from benchmarks.media.task import Task

PROXY = "scale=960:540"
PICTURES = "fps=2,scale=1280:720"
SCORES = "scale=160:90,scdet"


def run_ffmpeg(
    task: Task, filters: list[str], *, proxy: str = "", pictures: str = "", scores: str = ""
) -> None:
    """Make the named outputs of the clip. Raises CalledProcessError."""
    folder = Path(task.folder)
    line = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-i", task.clip, *filters]
    if proxy:
        line += [
            "-map",
            proxy,
            "-c:v",
            "libx264",
            "-preset",
            task.preset,
            "-crf",
            "26",
            "-bf",
            "0",
            "-g",
            "50",
        ]
        line += ["-threads", "1", str(folder / "proxy.mp4")]
    if pictures:
        line += ["-map", pictures, "-q:v", "3", str(folder / "%05d.jpg")]
    if scores:
        line += ["-map", scores, "-f", "null", "-"]
    subprocess.run(line, check=True)


def proxy_bytes(task: Task) -> int:
    """Return the length of the proxy."""
    return (Path(task.folder) / "proxy.mp4").stat().st_size
