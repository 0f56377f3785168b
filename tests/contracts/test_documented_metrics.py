"""Every metric stands in the table of docs/observability.md with its meaning, and nothing else does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "observability.md"
KINDS = {
    "create_counter": "counter",
    "create_histogram": "histogram",
    "create_gauge": "gauge",
    "create_observable_gauge": "gauge",
    "create_up_down_counter": "gauge",
}


class Metric(NamedTuple):
    """As Prometheus names it."""

    name: str
    kind: str
    meaning: str


def declared() -> Iterator[Metric]:
    """Every instrument that a module of the mesh creates."""
    for source in [*ROOT.glob("libs/*/framewell_*/**/*.py"), *ROOT.glob("services/*/framewell_*/**/*.py")]:
        text = source.read_text()
        if "create_" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in KINDS
            ):
                name = ast.literal_eval(node.args[0])
                kind = KINDS[node.func.attr]
                meaning = {one.arg: one.value for one in node.keywords}["description"]
                total = "_total" if kind == "counter" else ""
                yield Metric(name + total, kind, ast.literal_eval(meaning))


def documented() -> list[Metric]:
    """The rows of the table."""
    rows = re.findall(r"^\| `(framewell_\w+)` \| (\w+) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    return [Metric(*row) for row in rows]


def test_the_table_of_metrics_is_what_the_code_declares() -> None:
    assert sorted(documented()) == sorted(declared())


def test_no_metric_is_declared_twice_and_each_has_a_sentence() -> None:
    metrics = list(declared())
    assert len({one.name for one in metrics}) == len(metrics) > 20
    assert all(one.meaning.endswith(".") for one in metrics)
