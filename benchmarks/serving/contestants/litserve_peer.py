"""LitServe with a worker a core, over HTTP: float32 as base64 in JSON, the only way it takes them; bytes out.

Runs in the peers' own environment, so it imports nothing of this repository.
"""

# mypy: ignore-errors

import base64
import os
import sys
from pathlib import Path

import litserve
import numpy as np
import onnxruntime
from fastapi import Response

SHAPES = {"tiny": (1, 4), "mobile": (1, 3, 224, 224)}


class Net(litserve.LitAPI):
    def setup(self, device):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = str(Path(sys.argv[1]) / f"{sys.argv[3]}.onnx")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def decode_request(self, request):
        return np.frombuffer(base64.b64decode(request["x"]), "<f4").reshape(SHAPES[sys.argv[3]])

    def predict(self, values):
        return self.session.run(None, {"x": values})[0]

    def encode_response(self, output):
        return Response(content=output.tobytes(), media_type="application/octet-stream")


if __name__ == "__main__":
    server = litserve.LitServer(Net(), accelerator="cpu", workers_per_device=os.cpu_count())
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="error")
