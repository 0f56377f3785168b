"""The benchmark of searching: that it runs, and holds what is found against comparing everything."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.search.faces import SAME, SAME_DEVIATION, STRANGERS, STRANGERS_DEVIATION, Faces

ROOT = Path(__file__).parents[2]


def test_searching_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.search", "--quick", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    measured = json.loads(ended.stdout)["searches"]
    assert all(one["recall"] >= 0.98 for one in measured.values())
    assert all(one["p95_ms"] > 0 for one in measured.values())


def test_synthetic_faces_have_the_measured_distances() -> None:
    house = Faces(people=2_000)
    person = np.arange(2_000)
    one, other = house.pictures(person, 1), house.pictures(person, 2)
    same = np.linalg.norm(one - other, axis=1)
    strangers = np.linalg.norm(one - np.roll(other, 1, axis=0), axis=1)
    assert abs(same.mean() - SAME) < 0.01
    assert abs(same.std() - SAME_DEVIATION) < 0.01
    assert abs(strangers.mean() - STRANGERS) < 0.01
    assert abs(strangers.std() - STRANGERS_DEVIATION) < 0.01
