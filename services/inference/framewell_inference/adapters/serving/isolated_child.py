"""The process of one model from outside: lock, load, run, answer. Knows nothing of the mesh.

Before the first byte of the graph is read, the process has given up opening files, the network, other
processes and memory beyond its limit. The graph is an open file, its number the first argument, those of its
weights outside it the others, whose names the first frame lists. The process reads frames from standard input
and answers on standard output: first its layers, then its tensors, then one frame a run. `end` ends the run
under way at its next operator; whoever cannot wait kills the process.
"""

from __future__ import annotations

import mmap
import os
import queue
import sys
import threading
from typing import IO, Any, Final

import numpy as np

from framewell_inference.adapters.serving.frames import (
    ARRAYS_LIMIT,
    BrokenFrameError,
    Frame,
    read_frame,
    spec_values,
    write_frame,
)
from framewell_inference.adapters.serving.one_operator import one_operator
from framewell_inference.adapters.serving.sessions import (
    INVALID_ARGUMENT,
    RUN_ERRORS,
    open_session,
    plain,
    run_options,
    tensors,
)
from framewell_inference.domain.tensors import InvalidInputError
from framewell_media.sandbox.layers import Limits, die_with_parent, lock_down

FOREVER: Final = 1 << 31
"""Seconds of CPU: how long a run may take is the parent's to watch."""

NICENESS: Final = 5
"""Models from outside give way to the service itself."""


def main() -> None:
    """Serve one model until standard input ends."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    for standard in (0, 1):  # what a library prints is no answer
        os.dup2(os.open(os.devnull, os.O_RDWR), standard)
    setup = read_frame(requests).header
    die_with_parent(setup["parent"])
    os.nice(NICENESS)
    _warm_up(setup["threads"])
    report = lock_down(
        Limits(memory_bytes=setup["memory_bytes"], cpu_seconds=FOREVER, output_bytes=0, open_files=64)
    )
    write_frame(answers, Frame({"layers": report.layers}))
    if not report.sufficient:
        return
    try:
        with os.fdopen(int(sys.argv[1]), "rb") as graph:
            outside = dict(zip(setup["outside"], map(_mapped, sys.argv[2:]), strict=True))
            session = open_session(graph.read(), setup["threads"], outside=outside).session
        found = tensors(session)
    except (InvalidInputError, MemoryError) as error:
        write_frame(answers, Frame({"error": plain(error)}))
        return
    write_frame(
        answers,
        Frame(
            {
                "inputs": [spec_values(spec) for spec in found.inputs],
                "outputs": [spec_values(spec) for spec in found.outputs],
                "metadata": dict(found.metadata),
            }
        ),
    )
    _serve(session, requests, answers)


def _mapped(number: str) -> mmap.mmap:
    """Return an open file as memory: weights of gigabytes are copied once, by the runtime."""
    return mmap.mmap(int(number), 0, access=mmap.ACCESS_READ)


def _serve(session: Any, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Read frames in this thread and run them in another, so that `end` is heard during a run."""
    runs: queue.SimpleQueue[tuple[Frame, Any] | None] = queue.SimpleQueue()
    worker = threading.Thread(target=_work, args=(session, runs, answers), daemon=True)
    worker.start()
    options: Any = None
    while True:
        try:
            frame = read_frame(requests)
        except (EOFError, BrokenFrameError):
            os._exit(0)
        if frame.header["do"] == "run":
            options = run_options()
            runs.put((frame, options))
        elif options is not None:
            options.terminate = True


def _work(session: Any, runs: Any, answers: IO[bytes]) -> None:
    names = [output.name for output in session.get_outputs()]
    while True:
        frame, options = runs.get()
        try:
            values = session.run(names, dict(frame.arrays), options)
            answer = Frame({"done": True}, dict(zip(names, values, strict=True)))
            size = sum(value.nbytes for value in values)
            if size > ARRAYS_LIMIT:
                answer = Frame({"error": f"outputs of {size} bytes are over {ARRAYS_LIMIT}"})
        except INVALID_ARGUMENT as error:
            answer = Frame({"invalid": plain(error)})
        except RUN_ERRORS as error:
            answer = Frame({"error": plain(error)})
        write_frame(answers, answer)


def _warm_up(threads: int) -> None:
    """Run a graph once: the runtime reads what it wants to know of the machine at its first session."""
    session = open_session(one_operator(), threads).session
    session.run(None, {"x": np.zeros(1, np.float32)}, run_options())


if __name__ == "__main__":
    main()
