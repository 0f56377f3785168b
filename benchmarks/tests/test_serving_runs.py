"""The benchmark of serving: that it runs, and what its tables say."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_way_of_calling_is_measured_beside_the_direct_loop() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.serving", "--quick", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "failed" not in ended.stderr
    tables = json.loads(ended.stdout)["tables"]
    names = [row[0] for row in tables["tiny"]["rows"]]
    assert names[:3] == [
        "tiny, unary, 4: direct loop",
        "tiny, unary, 4: Framewell",
        "tiny, unary, 4: Framewell, isolated",
    ]
    assert [row[0] for row in tables["memory"]["rows"]] == ["Framewell", "Framewell, isolated"]
