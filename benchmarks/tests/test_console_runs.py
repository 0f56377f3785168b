"""The benchmark of the console: that it runs, and measures every part."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt-get install chromium")
def test_every_part_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.console", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    for part in (
        "Home: first paint",
        "Assets: first row painted",
        "500 assets, scrolled through: rows",
        "Review: key to the next sample painted",
    ):
        assert part in ended.stdout
