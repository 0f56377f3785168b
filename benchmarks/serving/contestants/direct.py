"""The limit: `session.run` in a loop, a thread a core. Prints rate and CPU µs a run as JSON."""

import json
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.serving.nets import SHAPES


def main(folder: Path, net: str, seconds: float) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    path = str(folder / f"{net}.onnx")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs = {"x": np.zeros(SHAPES[net], np.float32)}
    session.run(None, inputs)
    counts, until = [], time.monotonic() + seconds
    before = time.process_time()

    def work() -> None:
        count = 0
        while time.monotonic() < until:
            session.run(None, inputs)
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=work) for _ in range(os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = sum(counts)
    cpu = time.process_time() - before
    print(json.dumps({"rate": total / seconds, "cpu_us": cpu / total * 1e6}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
