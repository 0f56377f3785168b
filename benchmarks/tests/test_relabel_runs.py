"""The benchmark of naming stored faces anew: that it runs."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_relabelling_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.relabel", "--quick", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    (seconds,) = json.loads(ended.stdout)["found"].values()
    assert set(seconds) == {"all classes", "one class added", "one class moved"}
