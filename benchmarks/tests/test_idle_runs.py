"""The benchmark of an idle mesh: that it runs, counts every process once, and ends what it started."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.idle import report
from benchmarks.idle.processes import Usage, usage, with_children
from framewell_cli.mesh.programs import ALL

ROOT = Path(__file__).parents[2]


@pytest.mark.story
def test_every_process_of_the_mesh_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.idle", "--quick", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    measured = json.loads(ended.stdout)
    assert set(measured["processes"]) == {*ALL, "supervisor"}
    assert all(one["pss_bytes"] > 0 for one in measured["processes"].values())


def test_a_child_counts_with_its_parent_unless_it_is_measured_itself() -> None:
    sleeping = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {!r}]); {}"
    nap = "print('there', flush=True); time.sleep(600)"
    line = [sys.executable, "-c", sleeping.format(f"import time; {nap}", "time.sleep(600)")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "there\n"
        (child,) = set(with_children([parent.pid])[parent.pid]) - {parent.pid}
        try:
            assert with_children([parent.pid, child]) == {parent.pid: [parent.pid], child: [child]}
            assert usage(child).pss_bytes > 0
        finally:
            parent.kill()
            subprocess.run(["kill", str(child)], check=True)


def test_the_goals_are_for_all_processes_together() -> None:
    half = Usage(pss_bytes=800_000_000, rss_bytes=900_000_000, cpu_seconds=4.0, threads=3)
    table = report.table({"one": half, "other": half}, seconds=60.0)
    assert table.rows[-2] == ("all", "1,600", "1,800", "0.133", "6")
    assert table.rows[-1] == ("goal", "≤ 1,500: not reached", "", "≤ 0.15: reached", "")
