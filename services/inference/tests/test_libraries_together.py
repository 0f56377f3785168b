"""Libraries with native code that live in one process, whichever is imported first."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("order", ["usearch.index, onnxruntime", "onnxruntime, usearch.index"])
def test_search_and_models_live_in_one_process(order: str) -> None:
    """usearch 2.26 killed a process that imported onnxruntime after it."""
    ended = subprocess.run([sys.executable, "-c", f"import {order}"], check=False)
    assert ended.returncode == 0
