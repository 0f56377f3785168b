"""What a user of tritonclient does against the server named by the first argument; prints it as JSON.

Runs in an environment of its own, so it imports nothing of this repository.
"""

import json
import queue
import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException


def inputs(values, name="x", datatype="FP32"):
    tensor = triton.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return [tensor]


def refused(call):
    try:
        call()
    except InferenceServerException as error:
        return str(error.status())
    return "not refused"


def stream(client, rows):
    """Send 20 requests, every tenth a bad one; return ids of answers and of errors."""
    answers = queue.Queue()
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    for at in range(20):
        model = "none" if at % 10 == 9 else "site/doubling"
        client.async_stream_infer(model, inputs(rows), request_id=str(at))
    good, bad = [], []
    for _ in range(20):
        result, error = answers.get(timeout=60)
        if error is None:
            good.append(result.get_response().id)
        else:
            bad.append(error.message())
    client.stop_stream()
    return good, bad


def main():
    client = triton.InferenceServerClient(sys.argv[1])
    rows = np.array([[1, 2], [4, 3]], np.float32)
    texts = np.array([b"a", "İstanbul".encode()], object)
    plain = client.infer("site/doubling", inputs(rows), request_id="one", timeout=30_000_000, priority=1)
    zipped = client.infer("site/doubling", inputs(rows), compression_algorithm="gzip")
    wanted = [triton.InferRequestedOutput("y", class_count=1)]
    classes = client.infer("site/doubling", inputs(rows), outputs=wanted)
    strings = client.infer("site/texts", inputs(texts, datatype="BYTES"))
    good, bad = stream(client, rows)
    statistics = client.get_inference_statistics("site/doubling", as_json=True)["model_stats"][0]
    client.unload_model("site/texts")
    after_unload = client.is_model_ready("site/texts")
    client.load_model("site/texts")
    found = {
        "live": [client.is_server_live(), client.is_server_ready(), client.is_model_ready("site/doubling")],
        "extensions": list(client.get_server_metadata().extensions),
        "metadata": [one.name for one in client.get_model_metadata("site/doubling").inputs],
        "config": client.get_model_config("site/doubling").config.platform,
        "index": sorted(one.name for one in client.get_model_repository_index().models),
        "plain": [plain.get_response().id, plain.as_numpy("y").tolist()],
        "gzip": zipped.as_numpy("y").tolist(),
        "classes": [one.decode() for one in classes.as_numpy("y").reshape(-1)],
        "strings": [one.decode() for one in strings.as_numpy("y")],
        "stream": [good, bad],
        "unloaded": [after_unload, client.is_model_ready("site/texts")],
        "runs": int(statistics["execution_count"]),
        "unknown": refused(lambda: client.infer("none", inputs(rows))),
        "wrong": refused(lambda: client.infer("site/doubling", inputs(rows[:, :1].copy()))),
        "sequence": refused(lambda: client.infer("site/doubling", inputs(rows), sequence_id=5)),
    }
    print(json.dumps(found))


main()
