"""The demo's tables on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from framewell_cli.report.page import Table
from framewell_demo import screen
from framewell_demo.outcome import Outcome


def printed(table: Table) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)
    screen._print("Learned", table, console)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def test_a_model_stands_in_one_line_in_a_narrow_window() -> None:
    columns = (
        "model",
        "samples",
        "accepted → recognised",
        "training",
        "ONNX graph differs by",
        "tracks named anew",
    )
    row = ["identity/people@1.0", "1", "3.0 s", "0.68 s", "1.2e-08", "2 of 6"]
    assert "identity/people@1.0" in printed(Table(columns, [row]))


def test_nothing_to_show_is_a_table_with_its_heading() -> None:
    assert "Learned" in printed(Table(("model", "samples"), []))


@pytest.mark.parametrize("end_command", ["", "framewell down"])
def test_the_end_names_the_address_of_the_console(end_command: str) -> None:
    ended = Outcome(
        passed=True,
        seconds=60.0,
        mesh_seconds=8.0,
        checks=(),
        stages=(),
        people=(),
        withheld=(),
        learned=(),
        refused=(),
        rejected={},
        state={},
        state_hash="",
        sources=(),
        console="http://127.0.0.1:7100/console/",
        end_command=end_command,
    )
    written = io.StringIO()
    screen.show(ended, Console(file=written, width=200))
    said = [line for line in written.getvalue().splitlines() if line.startswith("Console: ")]
    assert len(said) == 1
    assert "http://127.0.0.1:7100/console/" in said[0]
    assert end_command in said[0]
