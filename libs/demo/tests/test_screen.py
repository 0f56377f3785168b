"""The demo's tables on a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from framewell_cli.report.page import Table
from framewell_demo import screen


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
