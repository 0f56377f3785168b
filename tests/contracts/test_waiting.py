"""Tests wait for what must happen, not for seconds: a busy machine is no failure.

Held here for every test of the tree: nobody sleeps and then looks (`eventually` waits for a state, `remains`
watches that it stays), and nobody sets a limit that a quiet machine alone keeps (`PATIENCE`, `patient()`).
Where time itself is what a test is about, the line says so: `# time: <why>`.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEAST_SECONDS = 60.0
"""A limit below it is not kept on a machine that does twenty other things."""

LIMITING = {
    "timeout",
    "wait_for",
    "eventually",
    "communicate",
    "wait",
    "join",
    "result",
    "run",
    "check_output",
}
"""Functions that give up: `asyncio.timeout(5)`, `process.wait(timeout=5)`, `eventually(…, within=5)`."""

SLEEPS = {"asyncio.sleep", "time.sleep"}
BY_POSITION = {"timeout": 0, "wait_for": 1}
BY_NAME = {"timeout", "within"}

VIRTUAL = "framewell_kit.testing.virtual_time"
"""Where it is used sleeping costs nothing and lasts exactly as long as it says."""

REASON = "# time: "


def modules_of_tests() -> list[str]:
    """Return every test module but the chaos runs, whose limits are part of what they measure."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.splitlines() if "tests/" in path and "tests/chaos/" not in path]


def findings(source: str) -> Iterator[str]:
    """Yield a sentence for every place that waits for seconds."""
    if VIRTUAL in source or "testing.key_queues" in source:
        return
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        for found, what in (*_short_limits(node), *_short_deadlines(node), *_sleeps_and_looks(node)):
            if REASON not in "".join(lines[found.lineno - 1 : found.end_lineno]):
                yield f"line {found.lineno} {what}"


def _short_limits(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    if not isinstance(node, ast.Call) or _name(node.func) not in LIMITING:
        return
    position = BY_POSITION.get(_name(node.func))
    limits = [word.value for word in node.keywords if word.arg in BY_NAME]
    limits += node.args[position : position + 1] if position is not None else []
    for limit in limits:
        if (seconds := _number(limit)) is not None and seconds < LEAST_SECONDS:
            yield node, f"gives up after {seconds:g} s: say PATIENCE or patient()"


def _short_deadlines(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield `time.monotonic() + 5`."""
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.left, ast.Call)
        and _name(node.left.func) == "monotonic"
    ):
        seconds = _number(node.right)
        if isinstance(node.op, ast.Add) and seconds is not None and seconds < LEAST_SECONDS:
            yield node, f"gives up after {seconds:g} s: say PATIENCE"


def _sleeps_and_looks(node: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        for one, following in pairwise(block):
            if _sleeps(one) and _looks(following):
                yield one, "sleeps, and then looks: say `eventually` or `remains`"


def _sleeps(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    call = call.value if isinstance(call, ast.Await) else call
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in SLEEPS or not call.args:
        return False
    return _number(call.args[0]) != 0  # a turn of the event loop is no waiting


def _looks(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.With):
        return any(isinstance(item.context_expr, ast.Call) and _name(item.context_expr.func) == "raises"
                   for item in statement.items)  # fmt: skip
    return isinstance(statement, ast.Assert)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _number(value: ast.expr) -> float | None:
    return (
        float(value.value)
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float)
        else None
    )


@pytest.mark.parametrize("path", modules_of_tests())
def test_no_test_waits_for_seconds(path: str) -> None:
    assert list(findings((ROOT / path).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("time.sleep(1)\nassert done", 1),
        ("async def test():\n    await asyncio.sleep(0.2)\n    assert done", 1),
        ("time.sleep(PAUSE)\nwith pytest.raises(Busy):\n    take()", 1),
        ("await asyncio.sleep(0)\nassert done", 0),
        ("time.sleep(1)  # time: the lease ends by the clock of the system\nassert done", 0),
        ("process.wait(timeout=30)", 1),
        ("process.wait(timeout=PATIENCE)", 0),
        ("process.wait(timeout=120)", 0),
        ("asyncio.timeout(5)", 1),
        ("asyncio.wait_for(work, 5)", 1),
        ("await eventually(there, within=10)", 1),
        ("deadline = time.monotonic() + 5", 1),
        ("deadline = time.monotonic() + PATIENCE", 0),
        ("f'{PATIENCE}'", 0),
    ],
)
def test_the_check_finds_what_it_is_for(source: str, count: int) -> None:
    assert len(list(findings(source))) == count
