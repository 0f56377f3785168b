"""MLServer with a runtime of ONNX Runtime, as its documentation shows a custom one. Runs in the peers' own
environment, so it imports nothing of this repository.
"""

# mypy: ignore-errors

import asyncio
import sys
from pathlib import Path

import onnxruntime
from mlserver import MLModel, MLServer
from mlserver.codecs import NumpyCodec
from mlserver.settings import ModelSettings, Settings
from mlserver.types import InferenceResponse


class Net(MLModel):
    async def load(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = str(Path(sys.argv[1]) / f"{self.name}.onnx")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return True

    async def predict(self, payload):
        values = NumpyCodec.decode_input(payload.inputs[0])
        (result,) = self.session.run(None, {"x": values})
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("y", result)])


async def main():
    port = int(sys.argv[2])
    settings = Settings(
        debug=False, parallel_workers=0, host="127.0.0.1", grpc_port=port, http_port=port + 1,
        metrics_endpoint=None, grpc_max_message_length=64 << 20, load_models_at_startup=False,
    )  # fmt: skip
    server = MLServer(settings)
    await server.start([ModelSettings(name=name, implementation=Net) for name in ("tiny", "mobile")])


if __name__ == "__main__":
    asyncio.run(main())
