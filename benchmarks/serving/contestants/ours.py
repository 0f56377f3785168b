"""Framewell's server of the Open Inference Protocol, with both nets; `isolated` runs them in processes."""

import asyncio
import hashlib
import sys
import threading
from pathlib import Path

from benchmarks.serving.nets import SHAPES
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.entrypoints.open_inference_server import OpenInferenceServer, OpenInferenceSettings
from framewell_kit.rpc import Admission
from framewell_models.manifest_reader import read

MANIFEST = """
name: {name}
version: "1"
task: classification
intended_use: Is measured.
licence: {{code: MIT, weights: MIT}}
files: [{{name: model.onnx, sha256: {pinned}}}]
"""


def main(folder: Path, port: int, *, trusted: bool) -> None:
    registry, loader = LoadedModelRegistry(), OnnxLoader(1)
    for name in SHAPES:
        graph = (folder / f"{name}.onnx").read_bytes()
        manifest = read(MANIFEST.format(name=name, pinned=hashlib.sha256(graph).hexdigest()))
        registry.put(loader.load_bytes(manifest, graph, trusted=trusted), in_force=True)
    server = OpenInferenceServer(OpenInferenceSettings(f"127.0.0.1:{port}", 256, 1000), registry, Admission())
    asyncio.run(server.start())
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), trusted=sys.argv[3] == "direct")
