"""Models that other servers run, in processes of their own: MLServer, and Framewell's own server.

`make clients` installs MLServer below `.tools/clients/peers`; without it its test is skipped and says so.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.remote.opening import OpenFolder
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import RunFailedError
from framewell_inference.ports.models import Model
from framewell_inference.testing.graphs import doubling
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import wait_until
from framewell_models.folders import ModelFolder
from framewell_models.manifest_reader import read

ROOT = Path(__file__).resolve().parents[2]
CONTESTANTS = ROOT / "benchmarks" / "serving" / "contestants"
PEERS = ROOT / ".tools" / "clients" / "peers" / "bin" / "python"

ROWS = {"x": np.array([[1, 2]], np.float32)}


def write_nets(folder: Path) -> None:
    """Write a graph under both names that the servers of the benchmark load."""
    for name in ("tiny", "mobile"):
        (folder / f"{name}.onnx").write_bytes(doubling())


@contextmanager
def server(*line: str) -> Iterator[None]:
    """Run a server for the block; the port it listens on is the last but one of its arguments."""
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or _answers(int(line[-2])))
        assert process.poll() is None, f"it did not start: {' '.join(line)}"
        yield
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def elsewhere(address: str, tensors: str = "") -> Model:
    text = f"""
name: away/tiny
version: "1.0"
task: embedding
intended_use: Tests.
licence: {{code: MIT, weights: MIT}}
source: oip://{address}/tiny
{tensors}
"""
    return OpenFolder(OnnxLoader(1), [address])(ModelFolder(read(text), Path()))


def test_a_model_of_another_framewell_runs_like_one_of_ours(tmp_path: Path) -> None:
    write_nets(tmp_path)
    port = port_base()
    ours = ("-m", "benchmarks.serving.contestants.ours", str(tmp_path), str(port), "direct")
    with server(sys.executable, *ours):
        model = elsewhere(f"127.0.0.1:{port}")
        assert [(one.name, one.shape) for one in (*model.inputs, *model.outputs)] == [
            ("x", (-1, 2)), ("y", (-1, 2)),
        ]  # fmt: skip
        assert model.run(ROWS)["y"].tolist() == [[2, 4]]
        with pytest.raises(InvalidInputError, match="shape"):
            model.run({"x": np.zeros((1, 5), np.float32)})
        assert model.counts.succeeded.count == 1
        model.close()
    with pytest.raises(RunFailedError, match="cannot be run elsewhere"):
        model.run(ROWS)


def test_a_model_of_mlserver_runs_like_one_of_ours(tmp_path: Path) -> None:
    if not PEERS.exists():
        pytest.skip("MLServer is not here: `make clients` installs it")
    write_nets(tmp_path)
    port = port_base()
    x, y = (f"[{{name: {name}, dtype: float32, shape: [-1, 2]}}]" for name in "xy")
    with server(str(PEERS), str(CONTESTANTS / "mlserver_peer.py"), str(tmp_path), str(port), "tiny"):
        model = elsewhere(f"127.0.0.1:{port}", f"inputs: {x}\noutputs: {y}")
        assert model.run(ROWS)["y"].tolist() == [[2, 4]]
        model.close()
