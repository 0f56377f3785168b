"""The limit of everything that looks at pictures: decode them, by the library that ours stands on."""

import av

from benchmarks.media.task import Task, Timing, timed


def run(task: Task) -> Timing:
    """Decode the clip."""

    def work() -> tuple[int, int]:
        with av.open(task.clip) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            return sum(1 for _ in container.decode(stream)), 0

    return timed(work)
