"""The benchmark of analysis: that it runs, and measures every analyser."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.quality.pictures import SOURCES

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not (SOURCES / "bikes.mp4").is_file(), reason=f"{SOURCES} is not here: run `make setup`")
def test_every_analyser_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.analysis", "--quick", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    measured = json.loads(ended.stdout)
    rows = measured["tables"]["analysers"]["rows"]
    assert {row[0] for row in rows} >= {"faces", "text", "labels", "safety", "speech"}
    rates = measured["times_real_time"]
    assert "all without a transcript" in rates
    assert all(rate > 0 for rounds in rates.values() for rate in rounds)
