"""The benchmark of the gateway's port: that it runs, and compares every way."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_way_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.door", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    for way in ("the service itself", "through the gateway, TLS", "uvicorn's own port", "the gateway's port"):
        assert way in ended.stdout
